"""The constant-product formula in integers: what an order gets, and the reserves after it."""

from __future__ import annotations

from dataclasses import dataclass

from .action import BUY, Action, Direction

__all__ = ["FEE_DENOMINATOR", "FEE_KEPT", "Fill", "Reserves", "amount_out", "execute", "trade"]

FEE_DENOMINATOR = 1000
FEE_KEPT = 997
"""The part of `FEE_DENOMINATOR` that is traded; the fee of 3/1000 stays in the pool."""


@dataclass(frozen=True, slots=True)
class Reserves:
    """The reserves of a pool: satoshis and tokens."""

    bch: int
    tokens: int

    @property
    def product(self) -> int:
        """The product of both, which no execution may decrease."""
        return self.bch * self.tokens


@dataclass(frozen=True, slots=True)
class Fill:
    """The result of an order: the reserves after it, and the amounts in and out.

    Both amounts are zero if the order was not filled.
    """

    reserves: Reserves
    amount_in: int = 0
    amount_out: int = 0

    @property
    def is_filled(self) -> bool:
        """Whether the order traded."""
        return self.amount_out > 0


def amount_out(reserve_in: int, reserve_out: int, amount_in: int) -> int:
    """Return what `amount_in` buys: floor(y * net / (x * 1000 + net)), net = amount_in * 997."""
    net = amount_in * FEE_KEPT
    return reserve_out * net // (reserve_in * FEE_DENOMINATOR + net)


def trade(reserves: Reserves, direction: Direction, amount_in: int) -> Fill:
    """Trade an amount without a minimum; return the fill."""
    bch, tokens = reserves.bch, reserves.tokens
    if direction == BUY:
        out = amount_out(bch, tokens, amount_in)
        return Fill(Reserves(bch + amount_in, tokens - out), amount_in, out)
    out = amount_out(tokens, bch, amount_in)
    return Fill(Reserves(bch - out, tokens + amount_in), amount_in, out)


def execute(reserves: Reserves, action: Action, *, min_reserve: int, min_trade: int = 1) -> Fill:
    """Fill an order, unless it misses its minimum or one of the pool's.

    Those are in satoshis: `min_reserve` is left, `min_trade` are traded.
    """
    fill = trade(reserves, action.direction, action.amount_in)
    traded = abs(fill.reserves.bch - reserves.bch)
    if fill.amount_out < max(action.min_out, 1) or fill.reserves.bch < min_reserve:
        return Fill(reserves)
    return fill if traded >= min_trade else Fill(reserves)
