"""What building gives: a transaction, the pool after it, and what it did; and heights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from ..errors import BuildError
from ..wallet.builder import BuiltTransaction

__all__ = ["IN_FORCE", "BuiltStep", "check_height"]

_HEIGHT_LIMIT = 500_000_000
# From here on a locktime is a time, not a height.
IN_FORCE = 0xFFFF_FFFE
"""A sequence number that lets the locktime count and asks for no age."""

PoolT = TypeVar("PoolT")
EventT = TypeVar("EventT")


# No slots: before Python 3.12 a generic class with them cannot be made through an alias.
@dataclass(frozen=True)
class BuiltStep(Generic[PoolT, EventT]):
    """A transaction, the pool after it, and what it did; no pool is left after an exit."""

    built: BuiltTransaction
    after: PoolT | None
    event: EventT

    @property
    def pool(self) -> PoolT:
        """The pool after it. Raises BuildError where it was the end."""
        if self.after is None:
            raise BuildError("the pool has ended")
        return self.after


def check_height(height: int) -> None:
    """Raise BuildError for a number that is no block height."""
    if not 0 <= height < _HEIGHT_LIMIT:
        raise BuildError(f"{height} is no block height: they lie in 0..{_HEIGHT_LIMIT - 1}")
