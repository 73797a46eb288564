"""The parameters of a pool: the constants of its scripts."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import BuildError
from ...transaction.constants import MAX_MONEY
from ..parameters import MAX_BLOCKS, MIN_PAYOUT, check_parameters

__all__ = ["MAX_PLACES", "Parameters"]

MAX_PLACES = 100
"""The most places of an epoch, which one transaction has to settle within its budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The constants of one pool, from which its scripts are compiled.

    `pool_category` and `token_category` are 32 bytes in wire order: the NFT that is the pool,
    and the tokens that trade. `owner` is the 20-byte hash of the liquidity provider's public
    key. Satoshis: `bond` is held by a place until its order is settled; whoever settles earns
    `tip` for each place; an order that is not filled forfeits `miss`; `min_reserve` never
    trade; orders for fewer than `min_trade` are not filled. Blocks: an epoch is revealed within
    `window`, and may be abandoned after `abandon`; a ticket can be taken back after
    `refund_delay`, an order after `order_delay`. An epoch has up to `most` places. Raises
    BuildError.
    """

    pool_category: bytes
    token_category: bytes
    owner: bytes
    bond: int = 10_000
    tip: int = 400
    miss: int = 400
    min_reserve: int = 1_000
    min_trade: int = 10_000
    window: int = 3
    abandon: int = 12
    refund_delay: int = 3
    order_delay: int = 36
    most: int = MAX_PLACES

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
