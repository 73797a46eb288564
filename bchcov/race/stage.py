"""The setting of a race that does not create its own chain or reserves."""

from __future__ import annotations

from dataclasses import dataclass

from ..amm import direct, epochs, ticketed
from ..amm.formula import Reserves
from ..chain import Chain

__all__ = ["Stage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The reserves that pools begin with, and the category of the tokens that trade.

    With a `chain` the race takes place on it, in its `pool`; its mempool and the pool's queue
    must be empty. On a stage users buy and sell in turn, and no miner seeks profit.
    """

    reserves: Reserves
    tokens: bytes
    chain: Chain | None = None
    pool: ticketed.Pool | direct.Pool | epochs.Pool | None = None
