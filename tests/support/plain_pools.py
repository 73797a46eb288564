"""What the pools should do, in plain integers: written apart from the library's own model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["PlainEpochsPool", "PlainOrder", "PlainPool", "PlainQueuedPool", "bought_for"]


def bought_for(paid: int, here: int, there: int) -> int:
    """What is left of the product of the reserves after 3/1000 of the price stays, rounded up."""
    left = -(-here * there * 1000 // (here * 1000 + paid * 997))
    return there - left


@dataclass
class PlainPool:
    """Two heaps: satoshis and tokens."""

    satoshis: int
    tokens: int

    def buy(self, paid: int) -> int:
        got = bought_for(paid, self.satoshis, self.tokens)
        self.satoshis += paid
        self.tokens -= got
        return got

    def sell(self, paid: int) -> int:
        got = bought_for(paid, self.tokens, self.satoshis)
        self.tokens += paid
        self.satoshis -= got
        return got


@dataclass(frozen=True)
class PlainOrder:
    """What a trader wants: to buy tokens or to sell them, and what they want at least."""

    number: int
    buys: bool
    paid: int
    least: int
    deadline: int


@dataclass
class PlainQueuedPool(PlainPool):
    """The heaps with a queue before them: orders trade in its order, or pay for not coming."""

    bond: int
    tip: int
    least_satoshis: int
    queue: tuple[PlainOrder, ...] = field(default=())

    def commit(self, order: PlainOrder) -> None:
        self.queue = (*self.queue, order)

    def trade(self) -> int:
        """The first order trades, if it can: what it got."""
        order, *rest = self.queue
        self.queue = tuple(rest)
        before = self.satoshis, self.tokens
        got = self.buy(order.paid) if order.buys else self.sell(order.paid)
        if got < max(1, order.least) or self.satoshis < self.least_satoshis:
            self.satoshis, self.tokens = before
            return 0
        return got

    def expire(self) -> None:
        """The first order has not come: what it left as a pledge is the pool's, less the tip."""
        self.queue = self.queue[1:]
        self.satoshis += self.bond - self.tip


@dataclass
class PlainEpochsPool(PlainPool):
    """The heaps with epochs before them: all that come trade at the price they make together."""

    idle_satoshis: int

    def settle(self, orders: Sequence[PlainOrder]) -> list[int]:
        """What each order gets: nothing if it wants anything at least, which is too much."""
        coming = [order for order in orders if not order.least]
        bought = sum(order.paid for order in coming if order.buys)
        sold = sum(order.paid for order in coming if not order.buys)
        satoshis = (self.satoshis - self.idle_satoshis) * 1000 + bought * 2 * 997
        tokens = (self.tokens - 1) * 1000 + sold * 2 * 997
        outs = []
        for order in orders:
            here, there = (satoshis, tokens) if order.buys else (tokens, satoshis)
            outs.append(0 if order.least else order.paid * 997 * there // (1000 * here))
        for order, got in zip(orders, outs, strict=True):
            if got and order.buys:
                self.satoshis, self.tokens = self.satoshis + order.paid, self.tokens - got
            elif got:
                self.satoshis, self.tokens = self.satoshis - got, self.tokens + order.paid
        return outs
