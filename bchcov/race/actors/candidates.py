"""The candidates of a miner: what they could gain from visible trades, by the pool's formula."""

from __future__ import annotations

from dataclasses import dataclass

from ...amm.action import BUY, SELL, Direction
from ...amm.formula import Reserves, trade
from ..views.visible_trade import VisibleTrade

__all__ = ["MIN_PROFIT", "Position", "cost_of_tokens", "find_candidates", "profit_of"]

_SIZES = (0.0025, 0.005, 0.01, 0.02, 0.04)
MIN_PROFIT = 2_000
"""The profit in satoshis below which a miner does not try."""


@dataclass(frozen=True, slots=True)
class Position:
    """The first leg of a trade, still open: tokens bought, or tokens sold and to be bought back."""

    direction: Direction
    amount_in: int
    amount_out: int
    fee: int
    planned: int
    height: int = 0


def cost_of_tokens(reserves: Reserves, tokens: int) -> int:
    """Compute the satoshis that buy at least this many tokens."""
    if tokens >= reserves.tokens:
        return 1 << 62
    net = -(-reserves.bch * 1000 * tokens // (reserves.tokens - tokens))
    return -(-net // 997) + 1


def profit_of(position: Position, reserves: Reserves) -> int:
    """Compute the profit in satoshis of closing a position at these reserves, less both fees."""
    if position.direction == BUY:
        return (
            trade(reserves, SELL, position.amount_out).amount_out
            - position.amount_in
            - 2 * position.fee
        )
    return position.amount_out - cost_of_tokens(reserves, position.amount_in) - 2 * position.fee


def find_candidates(
    trades: list[VisibleTrade], tolerance: float
) -> list[tuple[int, int, Direction, int]]:
    """List candidates, best first: expected profit, trades kept, direction and amount."""
    found = []
    for kept in range(len(trades)):
        before = trades[kept].before
        for direction in (BUY, SELL):
            whole = before.bch if direction == BUY else before.tokens
            as_large = [trades[kept].amount_in] if trades[kept].direction == direction else []
            for amount in [*as_large, *(int(whole * size) for size in _SIZES)]:
                first = trade(before, direction, amount)
                reserves = first.reserves
                for victim in trades[kept:]:
                    fill = trade(reserves, victim.direction, victim.amount_in)
                    # Users give up if they get too little; the miner assumes that everybody
                    # has the same tolerance.
                    if fill.amount_out >= victim.amount_out * (1 - tolerance):
                        reserves = fill.reserves
                planned = Position(direction, amount, first.amount_out, 700, 0)
                profit = profit_of(planned, reserves)
                if profit > MIN_PROFIT:
                    found.append((profit, kept, direction, amount))
    found.sort(key=lambda each: (-each[0], *each[1:]))
    return found
