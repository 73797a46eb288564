"""An attacker's place in a direct pool."""

from __future__ import annotations

from collections.abc import Sequence

from ...amm import direct as amm
from ...amm.action import Action
from ...amm.formula import Reserves
from ...errors import BuildError
from ...wallet.builder import BuiltTransaction
from ..pools.direct import DirectPoolModel
from .account import Account

__all__ = ["DirectDesk"]

_FEE_OF_COMMIT = 800
_FEES_OF_ORDER = 2_500


class DirectDesk:
    """An attacker's place in a direct pool."""

    def __init__(self, model: DirectPoolModel) -> None:
        self.model, self.world = model, model.world
        self.account = Account.funded(model.world, model.tip.scripts.parameters.pool_category)

    @property
    def entries(self) -> tuple[amm.Entry, ...]:
        """The queue after all transactions in the mempool."""
        return self.model.tip.entries

    @property
    def confirmed_entries(self) -> tuple[amm.Entry, ...]:
        """The queue after the last block."""
        return self.model.confirmed.entries

    @property
    def reserves(self) -> Reserves:
        """The reserves after all transactions in the mempool."""
        return self.model.reserves

    @property
    def price_of_order(self) -> int:
        """About what the transactions of an order cost that is executed, in satoshis."""
        return _FEES_OF_ORDER

    @property
    def room(self) -> int:
        """How many orders can be queued now."""
        return self.model.tip.queue.room()

    @property
    def price_of_silence(self) -> int:
        """About what one order costs that is never revealed, in satoshis."""
        return self.model.tip.scripts.parameters.bond + _FEE_OF_COMMIT

    @property
    def deadline(self) -> int:
        """The latest deadline of a commitment made now."""
        return self.world.chain.lock_height + self.model.tip.scripts.parameters.max_wait

    def _submit(self, built: BuiltTransaction) -> bool:
        return self.world.submit_now(built.transaction).ok

    def stand(self, actions: Sequence[Action], deadline: int) -> bool:
        """Commit to actions behind everybody, in this order."""
        for action in actions:
            height, funding = self.world.chain.lock_height, self.account.funding()
            try:
                step = amm.commit(self.model.tip, action, deadline, height, funding)
            except BuildError:
                return False
            if not self._submit(step.built):
                return False
        return True

    def reveal(self, action: Action) -> bool:
        """Reveal an own action that is at the head of the queue, which executes it."""
        try:
            step = amm.reveal(self.model.tip, action, self.account.funding())
        except BuildError:
            return False
        return self._submit(step.built)

    def expire(self) -> bool:
        """Expire the order at the head of the queue."""
        height = self.world.chain.lock_height
        try:
            step = amm.expire(self.model.tip, height, self.account.change())
        except BuildError:
            return False
        return self._submit(step.built)
