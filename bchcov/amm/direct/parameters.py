"""The parameters of a pool: the constants of its scripts."""

from __future__ import annotations

from dataclasses import dataclass

from ...transaction.constants import MAX_MONEY
from ..parameters import MAX_BLOCKS, MIN_PAYOUT, MIN_RESERVE, check_parameters

__all__ = ["Parameters"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The constants of one pool, from which its scripts are compiled.

    `pool_category` and `token_category` are 32 bytes in wire order, `owner` is the 20-byte
    hash of the provider's public key; `bond`, `tip` and `min_reserve` are satoshis,
    `max_wait` is in blocks. The queue has 16 slots. Raises BuildError.
    """

    pool_category: bytes
    token_category: bytes
    owner: bytes
    bond: int = 10_000
    tip: int = 2_000
    min_reserve: int = 1_000
    max_wait: int = 12

    def __post_init__(self) -> None:
        check_parameters(
            self,
            {
                "bond": (MIN_PAYOUT, MAX_MONEY),
                "tip": (0, self.bond),
                "min_reserve": (MIN_RESERVE, MAX_MONEY),
                "max_wait": (1, MAX_BLOCKS),
            },
        )
