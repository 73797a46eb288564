"""An attacker's place in a ticketed pool, where they are their own builder."""

from __future__ import annotations

from collections.abc import Sequence

from ...amm import ticketed as amm
from ...amm.action import Action
from ...amm.formula import Reserves
from ...errors import BuildError
from ...transaction.model import Transaction
from ...wallet.builder import BuiltTransaction
from ...wallet.coins import Coin
from ...wallet.unlockers import P2pkhUnlocker
from ..pools.ticketed import TicketedPoolModel
from .account import Account

__all__ = ["TicketedDesk"]

_MOST = 100
_FEES_OF_TICKET = 300
_FEES_OF_ORDER = 3_000


class TicketedDesk:
    """An attacker's place in a ticketed pool."""

    def __init__(self, model: TicketedPoolModel) -> None:
        self.model, self.world = model, model.world
        category = model.tip.scripts.parameters.pool_category
        self.account = Account.funded(model.world, category)

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
        """How many orders can be queued at once."""
        return self.model.tip.queue.room()

    @property
    def price_of_silence(self) -> int:
        """About what one order costs that is never revealed, in satoshis."""
        return self.model.tip.scripts.parameters.bond + _FEES_OF_TICKET

    @property
    def deadline(self) -> int:
        """The latest deadline of a ticket made now."""
        return self.world.chain.lock_height + self.model.tip.scripts.parameters.max_wait

    def submit(self, *built: BuiltTransaction) -> bool:
        """Submit transactions until one is refused."""
        return all(self.world.submit_now(each.transaction).ok for each in built)

    def make_tickets(self, actions: Sequence[Action], deadline: int) -> list[amm.Ticket]:
        """Make tickets, each in a transaction of its own; stop at the first that is refused."""
        made = []
        for action in actions:
            funding = self.account.funding()
            try:
                new = amm.make_ticket(self.model.tip.scripts, action, deadline, funding, tip=0)
            except BuildError:
                break
            if not self.submit(new.built):
                break
            made.append(new.ticket)
        return made

    def sequence(self, tickets: Sequence[amm.Ticket]) -> bool:
        """Queue tickets now."""
        height = self.world.chain.lock_height
        try:
            step = amm.sequence(self.model.tip, tickets, height, self.account.funding())
        except BuildError:
            return False
        return self.submit(step.built)

    def stand(self, actions: Sequence[Action], deadline: int) -> bool:
        """Queue actions behind everybody, at most 100 in each batch."""
        left = list(actions)
        while left:
            count = min(len(left), _MOST, self.room)
            tickets = self.make_tickets(left[:count], deadline) if count else []
            if not tickets or not self.sequence(tickets):
                return False
            left = left[count:]
        return True

    def sequence_waiting(self) -> bool:
        """Queue the tickets of others that wait; return False if there are none."""
        parameters, height = self.model.tip.scripts.parameters, self.world.chain.lock_height
        tickets = [
            each
            for each in self.model.waiting()
            if each.deadline <= height + parameters.max_wait and each.coin.value >= parameters.bond
        ]
        return bool(tickets) and self.sequence(tickets[: min(_MOST, self.room)])

    def publish(self, action: Action) -> amm.Order | None:
        """Reveal an own action anywhere in the queue, without executing it."""
        for entry in self.entries:
            if entry.action_hash == action.hash:
                try:
                    made = amm.make_order(
                        self.model.tip.scripts, action, entry, self.account.funding()
                    )
                except BuildError:
                    return None
                return made.order if self.submit(made.built) else None
        return None

    def reveal(self, action: Action) -> bool:
        """Reveal an own action that is at the head of the queue, and execute it."""
        order = self.publish(action)
        return order is not None and self.execute([order])

    def execute(self, orders: Sequence[amm.Order]) -> bool:
        """Execute orders at the head of the queue."""
        try:
            step = amm.execute(self.model.tip, orders, self.account.funding())
        except BuildError:
            return False
        return self.submit(step.built)

    def take_back(self, held: amm.Order | amm.Ticket) -> bool:
        """Take back a ticket or an order; chains refuse it before its delay is over."""
        made = amm.refund(self.model.tip.scripts, held, self.account.key, self.account.change())
        return self.submit(made)

    def spend_again(self, txid: str) -> Transaction | None:
        """Spend the coins of an own unconfirmed transaction otherwise: back to the own key."""
        transaction = self.world.chain.mempool[txid]
        sources = self.world.chain.source_outputs(transaction)
        builder, unlocker = self.account.change().builder(), P2pkhUnlocker(self.account.key)
        for item, output in zip(transaction.inputs, sources, strict=True):
            coin = Coin(item.outpoint_hash, item.outpoint_index, output)
            builder = builder.spend(coin, unlocker)
        try:
            return builder.build().transaction
        except BuildError:
            return None

    def expire(self) -> bool:
        """Expire the order at the head of the queue."""
        if not self.model.expirable():
            return False
        try:
            step = amm.expire(self.model.tip, self.world.chain.lock_height, self.account.change())
        except BuildError:
            return False
        return self.submit(step.built)
