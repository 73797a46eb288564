"""The parameters of a pool: the constants of its scripts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ...errors import BuildError
from ...transaction.constants import MAX_MONEY
from ..formula import FEE_DENOMINATOR, FEE_KEPT
from ..parameters import MAX_BLOCKS, MIN_PAYOUT, STALL_SHARE, check_parameters

__all__ = ["MAX_PLACES", "Parameters"]

MAX_PLACES = 100
"""The most places of an epoch, which one transaction has to settle within its budget."""
_LEAST_MISS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The constants of one pool, from which its scripts are compiled.

    `pool_category` and `token_category` are 32 bytes in wire order: the NFT that is the pool,
    and the tokens that trade. `owner` is the 20-byte hash of the liquidity provider's public
    key. Satoshis: `bond` is held by a place until its order is settled; whoever settles earns
    `tip` for each place; an order that is not filled forfeits `miss`; `min_reserve` never
    trade; orders for fewer than `min_trade` are not filled. Blocks: an epoch is revealed within
    `window`, and may be abandoned after `abandon`; a ticket can be taken back after
    `refund_delay`, an order after `order_delay`. An epoch has up to `most` places.

    By default `bond`, `miss` and `min_trade` are enough for a pool of 10,000 BCH: see
    `for_reserve`. Raises BuildError.
    """

    pool_category: bytes
    token_category: bytes
    owner: bytes
    bond: int = 25_000
    tip: int = 400
    miss: int = 21_000
    min_reserve: int = 1_000
    min_trade: int = 7_000_000
    window: int = 3
    abandon: int = 12
    refund_delay: int = 3
    order_delay: int = 36
    most: int = MAX_PLACES

    @classmethod
    def for_reserve(cls, bch_reserve: int, **others: Any) -> Parameters:
        """Make parameters for a pool of `bch_reserve` satoshis, so that stalling it is not cheap.

        Whoever takes all places of every epoch, with orders that are silent, or miss their limits,
        or are as small as possible, pays a ten-thousandth of the reserve a day. `others` are the
        fields that have no default, and those to be other than by default. Raises BuildError.
        """
        given = cls(**others)
        share = -(-bch_reserve * given.window // (STALL_SHARE * given.most))
        miss = max(_LEAST_MISS, share)
        proportional = {
            "bond": given.tip + miss + MIN_PAYOUT,
            "miss": miss,
            "min_trade": max(1, -(-share * FEE_DENOMINATOR // (FEE_DENOMINATOR - FEE_KEPT))),
        }
        return replace(given, **{**proportional, **others})

    def __post_init__(self) -> None:
        check_parameters(
            self,
            {
                "bond": (1, MAX_MONEY),
                "tip": (0, self.bond),
                "miss": (0, self.bond - self.tip),
                "min_reserve": (MIN_PAYOUT, MAX_MONEY),
                "min_trade": (1, MAX_MONEY),
                "window": (1, MAX_BLOCKS),
                "abandon": (self.window + 1, MAX_BLOCKS),
                "refund_delay": (1, MAX_BLOCKS),
                "order_delay": (2 * self.window + self.abandon, MAX_BLOCKS),
                "most": (1, MAX_PLACES),
            },
        )
        if self.bond - self.tip - self.miss < MIN_PAYOUT:
            raise BuildError(
                f"bond - tip - miss {self.bond - self.tip - self.miss} is too low for payouts"
                f" to be relayed: expected at least {MIN_PAYOUT} satoshis"
            )

    @property
    def max_wait(self) -> int:
        """The blocks after which a place is settled at the latest: two windows."""
        return 2 * self.window
