"""An attacker's place in a pool of epochs."""

from __future__ import annotations

from collections.abc import Sequence

from ...amm import epochs as amm
from ...amm.action import Action
from ...amm.epochs.epoch import Epoch, Slot
from ...amm.epochs.users import commit
from ...amm.events import Entry
from ...amm.formula import Reserves
from ...errors import BuildError
from ...wallet.builder import BuiltTransaction
from ..pools.epochs import EpochsPoolModel
from .account import Account

__all__ = ["EpochsDesk"]

_FEES_OF_TICKET = 600
_FEES_OF_ORDER = 1_500
_MOST = 32


class EpochsDesk:
    """An attacker's place in a pool of epochs; the queue is the current epoch and the next."""

    def __init__(self, model: EpochsPoolModel) -> None:
        self.model, self.world = model, model.world
        self.account = Account.funded(model.world, model.tip.scripts.parameters.pool_category)
        self._own: dict[bytes, bytes] = {}

    def _entries_of(self, *epochs: Epoch) -> tuple[Entry, ...]:
        # Own places are known by their actions, as in the other profiles.
        return tuple(
            Entry(at, self.deadline, self._own.get(slot.leaf, slot.leaf))
            for at, slot in enumerate(slot for epoch in epochs for slot in epoch)
        )

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The places after all transactions in the mempool."""
        return self._entries_of(self.model.tip.current, self.model.tip.next)

    @property
    def confirmed_entries(self) -> tuple[Entry, ...]:
        """The places after the last block."""
        return self._entries_of(self.model.confirmed.current, self.model.confirmed.next)

    @property
    def reserves(self) -> Reserves:
        """The reserves after all transactions in the mempool."""
        return self.model.reserves

    @property
    def room(self) -> int:
        """How many places the next epoch still has."""
        return self.model.tip.scripts.parameters.most - self.model.tip.state.count

    @property
    def deadline(self) -> int:
        """The height at which an order appended now is settled at the latest."""
        return self.world.chain.lock_height + self.model.tip.scripts.parameters.max_wait

    @property
    def price_of_silence(self) -> int:
        """About what one order costs that is never revealed, in satoshis."""
        return self.model.tip.scripts.parameters.bond + _FEES_OF_TICKET

    @property
    def price_of_order(self) -> int:
        """About what the transactions of an order cost that is executed, in satoshis."""
        return _FEES_OF_ORDER

    def submit(self, built: BuiltTransaction) -> bool:
        """Submit a transaction."""
        return self.world.submit_now(built.transaction).ok

    def stand(self, actions: Sequence[Action], deadline: int) -> bool:  # noqa: ARG002
        """Append actions to the next epoch; its window is their deadline."""
        scripts, left = self.model.tip.scripts, list(actions)
        while left:
            tickets = []
            for action in left[: min(_MOST, self.room)]:
                try:
                    made = amm.make_ticket(scripts, action, self.account.funding(), tip=0)
                except BuildError:
                    return False
                if not self.submit(made.built):
                    return False
                self._own[commit(scripts, action)] = action.hash
                tickets.append(made.ticket)
            try:
                step = amm.sequence(self.model.tip, tickets, self.account.funding())
            except BuildError:
                return False
            if not self.submit(step.built):
                return False
            left = left[len(tickets) :]
        return True

    def slot(self, action: Action) -> Slot | None:
        """Return the place of an own action in the current epoch."""
        for slot in self.model.tip.current:
            if self._own.get(slot.leaf) == action.hash:
                return slot
        return None

    def reveal(self, action: Action) -> bool:
        """Reveal an own action of the current epoch."""
        slot = self.slot(action)
        if slot is None or self.world.chain.coin(slot.coin.outpoint) is None:
            return False
        try:
            made = amm.make_order(self.model.tip.scripts, action, slot, self.account.funding())
        except BuildError:
            return False
        return self.submit(made.built)

    def expire(self) -> bool:
        """Do nothing: silent places are dropped with their epoch."""
        return False
