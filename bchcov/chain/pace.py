"""How often blocks come, and what a height in a lock means: today, or under a draft.

Under the drafts a lock keeps its meaning in time. A chain counts ticks, seconds of target time:
600 for each block before its first one, `block_seconds` for each later block. Locktimes, relative
locks and the maturity of coinbases count 600 ticks for 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..encoding.expected import kind_of
from ..errors import ChainError
from .given import whole

__all__ = ["TODAY", "LockScale", "Pace"]

_UNIT = 600
_MAX_SECONDS = 1_000_000
_MAX_SUB_BLOCKS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The target time between blocks in seconds, and the sub-blocks of which each consists.

    Any but today's 600 seconds and 1 is a draft: `block_seconds=60` the one-minute blocks that
    CHIP-2025-03 proposes, `sub_blocks` above 1 a model of Tailstorm. Each sub-block has a list of
    transactions, which it orders and weakly confirms; the last one closes the block, and only
    closed blocks count for locks and for the median time past. Raises ChainError for numbers out
    of range, and for sub-blocks that do not divide the time into whole seconds.

    Source: CHIP-2025-03 Faster Blocks for Bitcoin Cash; Keller and others, "Tailstorm: A Secure
    and Fair Blockchain for Cash Transactions", 2023, arXiv 2306.12206.
    """

    block_seconds: int = _UNIT
    sub_blocks: int = 1

    def __post_init__(self) -> None:
        whole(self.block_seconds, "block seconds", 1, _MAX_SECONDS)
        whole(self.sub_blocks, "sub-blocks", 1, _MAX_SUB_BLOCKS)
        if self.block_seconds % self.sub_blocks:
            raise ChainError(
                f"{self.sub_blocks} sub-blocks do not divide {self.block_seconds} seconds:"
                " expected whole seconds for each"
            )

    @property
    def interval(self) -> int:
        """The target time between sub-blocks in seconds; without sub-blocks, between blocks."""
        return self.block_seconds // self.sub_blocks

    @property
    def draft(self) -> str:
        """What this drafts, in words; empty for the rules of today."""
        if self.sub_blocks > 1:
            parts = f"a block of {self.sub_blocks} sub-blocks"
            return f"draft: Tailstorm, {parts} in {self.block_seconds} seconds"
        if self.block_seconds != _UNIT:
            return f"draft: CHIP-2025-03 Faster Blocks, a block in {self.block_seconds} seconds"
        return ""


@dataclass(frozen=True, slots=True)
class LockScale:
    """The ticks of a chain's heights, from the block `start` on, which exists already."""

    pace: Pace = field(default_factory=Pace)
    start: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.pace, Pace):
            raise ChainError(f"pace must be a Pace, not {kind_of(self.pace)}")

    def ticks(self, height: int) -> int:
        """Return the target time of the block at `height`, or that closes this sub-block."""
        closed = -(-(height - self.start) // self.pace.sub_blocks)
        return self.start * _UNIT + closed * self.pace.block_seconds

    def first_height(self, height: int, units: int) -> int:
        """Return the first height that is so many units of ten minutes after another one."""
        least = self.ticks(height) + (units - self.start) * _UNIT
        blocks = -(-least // self.pace.block_seconds)
        return self.start + (blocks - 1) * self.pace.sub_blocks + 1

    def age(self, born: int, height: int) -> int:
        """Return the whole units of ten minutes from one height to another, not below 0."""
        return max(0, self.ticks(height) - self.ticks(born)) // _UNIT

    def lock_height(self, height: int) -> int:
        """Return the highest locktime that is final in the block after the one at `height`."""
        return (self.ticks(height + 1) - 1) // _UNIT

    def is_final(self, locktime: int, height: int) -> bool:
        """Return whether a locktime that is a height is final in the block at `height`."""
        return locktime * _UNIT < self.ticks(height)

    def told(self, height: int) -> str:
        """Return the height as it counts for locks; under a draft in units of ten minutes."""
        return f"{self.ticks(height) / _UNIT:.12g}" if self.pace.draft else str(height)

    @property
    def remark(self) -> str:
        """The name of the draft in parentheses, to end a message with; empty today."""
        return f" ({self.pace.draft})" if self.pace.draft else ""


TODAY = LockScale()
"""Every block counts for one unit."""
