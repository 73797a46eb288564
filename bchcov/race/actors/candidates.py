"""What a miner could gain from the trades they see, by the plain formula of the pool."""

from __future__ import annotations

from dataclasses import dataclass

from ...amm.action import BUY, SELL, Direction
from ...amm.formula import Reserves, trade
from ..views.visible_trade import VisibleTrade

__all__ = ["MIN_PROFIT", "Position", "cost_of_tokens", "find_candidates", "profit_of"]

_SIZES = (0.0025, 0.005, 0.01, 0.02, 0.04)
MIN_PROFIT = 2_000
"""Satoshis below which a miner does not try."""


@dataclass(frozen=True, slots=True)
class Position:
    """What the miner holds from the first leg: tokens bought, or tokens sold and to be bought."""

    direction: Direction
    amount_in: int
    amount_out: int
    fee: int
    planned: int
    height: int = 0


def cost_of_tokens(reserves: Reserves, tokens: int) -> int:
    """The satoshis that buy at least so many tokens."""
    if tokens >= reserves.tokens:
        return 1 << 62
    net = -(-reserves.bch * 1000 * tokens // (reserves.tokens - tokens))
    return -(-net // 997) + 1


def profit_of(position: Position, reserves: Reserves) -> int:
    """What closing a position at these reserves leaves, in satoshis, fees of both legs paid."""
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
    """Find profit by the formula, trades kept, direction and amount; the best first."""
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
                    # Users give up where they get too little: their wallet is known, the
                    # tolerance is guessed to be everybody's.
                    if fill.amount_out >= victim.amount_out * (1 - tolerance):
                        reserves = fill.reserves
                planned = Position(direction, amount, first.amount_out, 700, 0)
                profit = profit_of(planned, reserves)
                if profit > MIN_PROFIT:
                    found.append((profit, kept, direction, amount))
    found.sort(key=lambda each: (-each[0], *each[1:]))
    return found
