"""The tickets and orders that are known in a race of the ticketed profile."""

from __future__ import annotations

from ...amm import ticketed as amm
from ...chain import Chain
from ...errors import BuildError
from ...transaction.model import Transaction
from ...wallet.coins import Coin

__all__ = ["TicketedCoins"]

_Outpoint = tuple[bytes, int]


class TicketedCoins:
    """What everybody who watches the chain knows, besides the pool.

    An order counts for exactly the place that its coin commits to: deadline, action and owner.
    """

    def __init__(self, chain: Chain, scripts: amm.Scripts) -> None:
        self._chain, self._scripts = chain, scripts
        self._tickets: dict[_Outpoint, amm.Ticket] = {}
        self._orders: dict[tuple[int, bytes], list[amm.Order]] = {}

    def learn(self, transaction: Transaction) -> None:
        """Learn the tickets and orders that a transaction makes, however many."""
        for coin in Coin.all_of(transaction):
            locking = coin.locking_bytecode
            if self._scripts.read_ticket(locking) is not None:
                self._tickets[coin.outpoint] = amm.read_ticket(self._scripts, coin)
            elif self._scripts.read_order(locking) is not None:
                try:
                    order = amm.read_order(self._scripts, coin)
                except BuildError:
                    # A coin under the order's script that holds nothing to trade.
                    continue
                known = self._orders.setdefault((order.deadline, order.action.hash), [])
                if all(each.coin != order.coin for each in known):
                    known.append(order)

    def waiting(self) -> list[amm.Ticket]:
        """Return the tickets that are not spent yet, in the mempool or in a block."""
        there = self._chain.coin
        return [each for outpoint, each in self._tickets.items() if there(outpoint)]

    def tickets(self) -> list[amm.Ticket]:
        """Return the tickets that are not spent in a block."""
        return list(self._tickets.values())

    def order(self, entry: amm.Entry) -> amm.Order | None:
        """Return an order for an entry whose coin is not spent; None if there is none."""
        for order in self._orders.get((entry.deadline, entry.action_hash), ()):
            if self._chain.coin(order.coin.outpoint) is not None:
                return order
        return None

    def known(self, entry: amm.Entry) -> amm.Order | None:
        """Return an order for an entry, its coin spent or not; None if there is none."""
        found = self._orders.get((entry.deadline, entry.action_hash), ())
        return found[-1] if found else None

    def forget(self, ticket: amm.Ticket) -> None:
        """Forget a ticket that its owner takes back."""
        self._tickets.pop(ticket.coin.outpoint, None)

    def copy(self) -> TicketedCoins:
        """Return a copy, which learns separately."""
        made = TicketedCoins(self._chain, self._scripts)
        made._tickets = dict(self._tickets)
        made._orders = {place: list(orders) for place, orders in self._orders.items()}
        return made

    def pruned(self) -> TicketedCoins:
        """Return a copy without the coins that a block has spent.

        What the mempool spends may return.
        """
        made = TicketedCoins(self._chain, self._scripts)
        spent = {
            (item.outpoint_hash, item.outpoint_index)
            for transaction in self._chain.mempool.values()
            for item in transaction.inputs
        }

        def is_there(outpoint: _Outpoint) -> bool:
            return outpoint in spent or self._chain.coin(outpoint) is not None

        made._tickets = {
            outpoint: each for outpoint, each in self._tickets.items() if is_there(outpoint)
        }
        for place, orders in self._orders.items():
            kept = [each for each in orders if is_there(each.coin.outpoint)]
            if kept:
                made._orders[place] = kept
        return made
