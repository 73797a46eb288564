"""The clearing of an epoch in integers: one price for all of its orders, and who is filled.

With b satoshis bought with and s tokens sold, both net of the fee, everybody trades at
p = (x + 2b) / (y + 2s): the price at which the pool stands after it. So those who trade move
the price against themselves as much as against everybody else.

An order whose limit is better than the price is filled, one whose limit is worse is not. Where
the price would stand on either side of a limit, depending on whether that order is filled, the
price is that limit and the order, the marginal one, is filled in part. So the orders alone
determine the price: whoever executes them has nothing to choose.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from ..action import BUY, SELL, Direction
from ..formula import FEE_DENOMINATOR, FEE_KEPT, Fill, Reserves

__all__ = ["IDLE_TOKENS", "Clearing", "Limited", "Price", "clear", "pool_price"]

IDLE_TOKENS = 1
"""The tokens that never trade, so that the vault is never without any."""
_DOUBLE = 2 * FEE_KEPT


class Limited(Protocol):
    """What an order trades and wants: an action, or what somebody else put into an order."""

    @property
    def direction(self) -> Direction: ...
    @property
    def amount_in(self) -> int: ...
    @property
    def min_out(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Price:
    """Satoshis per token, as the quotient of two integers that scripts compute."""

    numerator: int
    denominator: int

    @property
    def fraction(self) -> Fraction:
        """The same as a fraction."""
        return Fraction(self.numerator, self.denominator)

    def amount_out(self, direction: Direction, amount_in: int) -> int:
        """Return what an amount gets, less the fee, rounded down."""
        if not amount_in:
            return 0
        top, bottom = self.numerator, self.denominator
        if direction == BUY:
            top, bottom = bottom, top
        return FEE_KEPT * amount_in * top // (FEE_DENOMINATOR * bottom)


@dataclass(frozen=True, slots=True)
class Clearing:
    """The result of an epoch.

    `fills` are in the order of the actions, each with the reserves after all of them.
    `bought_with` and `sold` are the satoshis and tokens that entered the pool, fees included.
    `marginal` is the place of the order that may be filled in part and whose limit is the
    price; without one, the price is `pool_price`.
    """

    price: Price
    fills: tuple[Fill, ...]
    reserves: Reserves
    bought_with: int
    sold: int
    marginal: int | None = None


def pool_price(reserves: Reserves, bought_with: int, sold: int, *, min_reserve: int) -> Price:
    """Return the price at which the pool stands after an epoch that moved these amounts.

    `min_reserve` satoshis and one token of the reserves never trade.
    """
    return Price(
        FEE_DENOMINATOR * (reserves.bch - min_reserve) + _DOUBLE * bought_with,
        FEE_DENOMINATOR * (reserves.tokens - IDLE_TOKENS) + _DOUBLE * sold,
    )


@dataclass(frozen=True, slots=True)
class _Limited:
    """An order that can be filled, with the worst price that gives its minimum."""

    place: int
    direction: Direction
    amount: int
    limit: Price
    key: Fraction


def _limit_of(action: Limited, min_trade: int) -> Price | None:
    """Return the worst price at which an order is filled; None if it is too small for any."""
    net = FEE_KEPT * action.amount_in
    if action.amount_in < (min_trade if action.direction == BUY else 1):
        return None
    if action.direction == BUY:
        return Price(net, FEE_DENOMINATOR * max(action.min_out, 1))
    return Price(FEE_DENOMINATOR * max(action.min_out, min_trade, 1), net)


def _total(orders: Iterable[_Limited]) -> int:
    return sum(each.amount for each in orders)


def _sides(
    orders: Sequence[_Limited], limit: Fraction, *, ties: tuple[bool, bool]
) -> tuple[int, int]:
    """Sum the buys and sales filled at a price, those of the same limit as `ties` says."""
    bought, sold = 0, 0
    for each in orders:
        is_tie = each.key == limit
        if each.direction == BUY and (each.key > limit or (is_tie and ties[0])):
            bought += each.amount
        if each.direction == SELL and (each.key < limit or (is_tie and ties[1])):
            sold += each.amount
    return bought, sold


@dataclass(frozen=True, slots=True)
class _Market:
    """What a price is looked for in."""

    reserves: Reserves
    min_reserve: int
    orders: Sequence[_Limited]

    def price(self, bought: int, sold: int) -> Price:
        return pool_price(self.reserves, bought, sold, min_reserve=self.min_reserve)

    def compare(self, limit: Fraction, *, ties: tuple[bool, bool]) -> int:
        """Return the sign of the pool's price, with these ties filled, less the limit."""
        price = self.price(*_sides(self.orders, limit, ties=ties))
        above = price.numerator * limit.denominator - limit.numerator * price.denominator
        return (above > 0) - (above < 0)

    def partly(self, limit: Fraction) -> tuple[Price, int | None, dict[int, int]]:
        """Fill the orders of this limit as far as the pool's price allows."""
        ties = [each for each in self.orders if each.key == limit]
        above = self.compare(limit, ties=(True, True))
        bought, sold = _sides(self.orders, limit, ties=(True, True))
        if above == 0:
            return self.price(bought, sold), None, {each.place: each.amount for each in ties}
        side: Direction = BUY if above > 0 else SELL
        marginal = [each for each in ties if each.direction == side]
        filled = {each.place: each.amount for each in ties if each.direction != side}
        if side == BUY:
            still = self.price(bought - _total(marginal), sold)
            most = still.denominator * limit.numerator // limit.denominator
            left = (most - still.numerator) // _DOUBLE
        else:
            still = self.price(bought, sold - _total(marginal))
            most = still.numerator * limit.denominator // limit.numerator
            left = (most - still.denominator) // _DOUBLE
        for each in marginal:
            filled[each.place] = min(each.amount, left)
            if left < each.amount:
                return each.limit, each.place, filled
            left -= each.amount
        raise AssertionError("the marginal orders hold more than is left for them")

    def settle(self) -> tuple[Price, int | None, dict[int, int]]:
        """Return the price, the place of the marginal order, and the amounts filled by place."""
        limits = sorted({each.key for each in self.orders})
        at = bisect_left(limits, 1, key=lambda q: self.compare(q, ties=(False, True)) <= 0)
        inside = [
            each
            for each in self.orders
            if (each.direction == BUY) == (at < len(limits) and each.key >= limits[at])
        ]
        if at == len(limits) or self.compare(limits[at], ties=(True, False)) < 0:
            filled = {each.place: each.amount for each in inside}
            sums = [_total(e for e in inside if e.direction == side) for side in (BUY, SELL)]
            return self.price(*sums), None, filled
        price, marginal, ties = self.partly(limits[at])
        filled = {each.place: each.amount for each in inside if each.key != limits[at]}
        return price, marginal, filled | ties


def clear(
    reserves: Reserves, actions: Sequence[Limited], *, min_reserve: int, min_trade: int = 1
) -> Clearing:
    """Clear an epoch: find the price that the orders determine, and fill them.

    `min_reserve` satoshis of the reserves never trade; an order that would trade fewer than
    `min_trade` satoshis is not filled. What cannot be divided stays in the pool.
    """
    orders = []
    for place, action in enumerate(actions):
        limit = _limit_of(action, min_trade)
        if limit is not None:
            key = limit.fraction
            orders.append(_Limited(place, action.direction, action.amount_in, limit, key))
    price, marginal, filled = _Market(reserves, min_reserve, orders).settle()
    moved = {BUY: 0, SELL: 0}
    paid = {BUY: 0, SELL: 0}
    outs = []
    for place, action in enumerate(actions):
        amount = filled.get(place, 0)
        out = price.amount_out(action.direction, amount)
        moved[action.direction] += amount
        paid[action.direction] += out
        outs.append((amount, out))
    after = Reserves(
        reserves.bch + moved[BUY] - paid[SELL], reserves.tokens + moved[SELL] - paid[BUY]
    )
    fills = tuple(Fill(after, *each) for each in outs)
    return Clearing(price, fills, after, moved[BUY], moved[SELL], marginal)
