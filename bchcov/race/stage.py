"""Where a race takes place when it does not make everything of its own."""

from __future__ import annotations

from dataclasses import dataclass

from ..amm import direct, ticketed
from ..amm.formula import Reserves
from ..chain import Chain

__all__ = ["Stage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What pools hold when the race begins, and the category of the tokens that trade.

    With a `chain` the race goes on there, on the `pool` that it has: its mempool is empty,
    and so is the queue of the pool. On a stage every other user buys, the rest sell, and
    no miner seeks profit.
    """

    reserves: Reserves
    tokens: bytes
    chain: Chain | None = None
    pool: ticketed.Pool | direct.Pool | None = None
