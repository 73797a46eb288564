"""The parameters of a pool: the constants of its scripts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ...errors import BuildError
from ...transaction.constants import MAX_MONEY
from ..formula import FEE_DENOMINATOR, FEE_KEPT
from ..parameters import MAX_BLOCKS, MIN_PAYOUT, MIN_RESERVE, STALL_SHARE, check_parameters

__all__ = ["Parameters"]

_MAX_DEPTH = 30
_SHALLOW, _SIBLING_BYTES = 3, 32
# With the largest amount of tokens, a sale with less is dust.
_MIN_ORDER_VALUE = 930


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The constants of one pool, from which its scripts are compiled.

    `pool_category` and `token_category` are 32 bytes in wire order: the NFT that is the pool,
    and the tokens that trade. `owner` is the 20-byte hash of the liquidity provider's public
    key. The queue has 2^depth slots. These are satoshis: a sale holds `order_value` besides its
    tokens, and gets it back; `min_reserve` is left by every trade. An order that is not revealed,
    not filled, or moves less than `min_trade` loses its bond but the tip, which pays whoever
    executes it. An expiry pays `expiry_tip`, less than the execution of a lone order does.

    The others are blocks: a ticket's deadline is at most `max_wait` after it is queued, an order
    at the head has `grace` to be executed, a ticket can be refunded after `refund_delay`, an
    order after `order_refund_delay`, and the provider has to close the pool for `notice` before
    they can change the reserves. Raises BuildError.
    """

    pool_category: bytes
    token_category: bytes
    owner: bytes
    bond: int = 30_000
    tip: int = 1_175
    expiry_tip: int = 730
    min_reserve: int = 1_000
    min_trade: int = 9_620_000
    order_value: int = 1_000
    max_wait: int = 4
    grace: int = 2
    refund_delay: int = 3
    order_refund_delay: int = 36
    notice: int = 12
    depth: int = 3

    @classmethod
    def for_reserve(cls, bch_reserve: int, **others: Any) -> Parameters:
        """Make parameters for a pool of `bch_reserve` satoshis, so that stalling it is not cheap.

        Bond and `min_trade` are such that whoever keeps the queue from moving, with orders that
        are silent, or not filled, or as small and as late as possible, pays a ten-thousandth of
        the reserve a day. `others` are the fields that have no default, and those to be other
        than by default. Raises BuildError.
        """
        given = cls(**others)
        # A proof grows by a sibling for each level, and the tip of one order pays for its batch.
        more = _SIBLING_BYTES * max(0, given.depth - _SHALLOW)
        tips = {"tip": given.tip + more, "expiry_tip": given.expiry_tip + more}
        given = replace(given, **{**tips, **others})
        forfeit = max(MIN_PAYOUT, -(-bch_reserve * given.longest_turn // STALL_SHARE))
        proportional = {
            "bond": forfeit + given.tip,
            "min_trade": -(-forfeit * FEE_DENOMINATOR // (FEE_DENOMINATOR - FEE_KEPT)),
        }
        return replace(given, **{**proportional, **others})

    @property
    def longest_turn(self) -> int:
        """The most blocks for which one order can keep those behind it from being executed.

        That is its deadline, if it was queued into an empty queue; or `grace` since the order
        before it left, and once more if a ticket is queued just before that is over.
        """
        return max(self.max_wait, 2 * self.grace - 1)

    @property
    def longest_wait(self) -> int:
        """The most blocks from queueing to execution, behind any number of silent orders."""
        return self.max_wait + (2 * self.grace - 1) * ((1 << self.depth) - 2) + 1

    @property
    def forfeit(self) -> int:
        """The satoshis that an order loses which is not filled; a silent one loses a few more."""
        return self.bond - self.tip

    def __post_init__(self) -> None:
        check_parameters(
            self,
            {
                "bond": (1, MAX_MONEY),
                "tip": (0, self.bond),
                "expiry_tip": (0, self.tip),
                "min_reserve": (MIN_RESERVE, MAX_MONEY),
                "min_trade": (1, MAX_MONEY),
                "order_value": (_MIN_ORDER_VALUE, MAX_MONEY),
                "max_wait": (1, MAX_BLOCKS),
                "grace": (1, MAX_BLOCKS),
                "refund_delay": (1, MAX_BLOCKS),
                "order_refund_delay": (1, MAX_BLOCKS),
                "notice": (1, MAX_BLOCKS),
                "depth": (1, _MAX_DEPTH),
            },
        )
        if self.forfeit < MIN_PAYOUT:
            raise BuildError(
                f"bond - tip {self.forfeit} is too low for payouts to be relayed:"
                f" expected at least {MIN_PAYOUT} satoshis"
            )
