"""The parameters of a pool: the constants of its scripts."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import BuildError
from ...transaction.constants import MAX_MONEY
from ..parameters import MAX_BLOCKS, MIN_PAYOUT, check_parameters

__all__ = ["Parameters"]

_MAX_DEPTH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The constants of one pool, from which its scripts are compiled.

    `pool_category` and `token_category` are 32 bytes in wire order: the NFT that is the pool,
    and the tokens that trade. `owner` is the 20-byte hash of the liquidity provider's public
    key. `bond`, `tip`, `min_reserve` and `order_value` are satoshis, `max_wait`, `grace` and
    `refund_delay` are in blocks; the queue has 2^depth slots. An order holds `order_value` on
    top of what it trades, and gets it back. Raises BuildError.
    """

    pool_category: bytes
    token_category: bytes
    owner: bytes
    bond: int = 10_000
    tip: int = 2_000
    min_reserve: int = 1_000
    order_value: int = 1_000
    max_wait: int = 12
    grace: int = 3
    refund_delay: int = 3
    depth: int = 10

    def __post_init__(self) -> None:
        check_parameters(
            self,
            {
                "bond": (1, MAX_MONEY),
                "tip": (0, self.bond),
                "min_reserve": (1, MAX_MONEY),
                "order_value": (0, MAX_MONEY),
                "max_wait": (1, MAX_BLOCKS),
                "grace": (1, MAX_BLOCKS),
                "refund_delay": (1, MAX_BLOCKS),
                "depth": (1, _MAX_DEPTH),
            },
        )
        if self.bond - self.tip + self.order_value < MIN_PAYOUT:
            raise BuildError(
                f"bond - tip + order_value {self.bond - self.tip + self.order_value} is too low"
                f" for payouts to be relayed: expected at least {MIN_PAYOUT} satoshis"
            )
