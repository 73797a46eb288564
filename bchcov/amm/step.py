"""Verified transactions of a pool, with the pool after them and what they did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from ..errors import BuildError
from ..transaction.constants import LOCKTIME_THRESHOLD
from ..validation.verify import verify
from ..wallet.builder import BuiltTransaction, TransactionBuilder
from .events import Event, Followable
from .refusal import RunningScripts, build_refused

__all__ = ["BuiltStep", "build_verified", "check_height", "take_step"]

PoolT = TypeVar("PoolT")


# No slots: before Python 3.12 a generic class with slots cannot be created through an alias.
@dataclass(frozen=True)
class BuiltStep(Generic[PoolT]):
    """A transaction, the pool after it (None after an exit), and what it did."""

    built: BuiltTransaction
    after: PoolT | None
    event: Event

    @property
    def pool(self) -> PoolT:
        """The pool after the transaction. Raises BuildError if that ended the pool."""
        if self.after is None:
            raise BuildError("the pool has ended")
        return self.after


class _Pool(Followable, Protocol):
    @property
    def scripts(self) -> RunningScripts: ...


FollowedT = TypeVar("FollowedT", bound=_Pool)


def take_step(pool: FollowedT, builder: TransactionBuilder) -> BuiltStep[FollowedT]:
    """Build and verify a transaction, and follow the pool through it.

    Raises BuildError; if a script refuses the transaction, a BuildRefused that names the
    contract's line and check.
    """
    built = build_verified(pool.scripts, builder)
    after, event = pool.follow(built.transaction, built.source_outputs)
    return BuiltStep(built, after, event)


def build_verified(scripts: RunningScripts, builder: TransactionBuilder) -> BuiltTransaction:
    """Build and verify a transaction that spends coins of a pool.

    Raises BuildError; if a script refuses the transaction, a BuildRefused that names the
    contract's line and check.
    """
    built = builder.build(check=False)
    transaction, sources = built.transaction, built.source_outputs
    verdict = verify(transaction, sources, builder.rules)
    if verdict.error is not None:
        raise build_refused(scripts, transaction, sources, verdict)
    return replace(built, verdict=verdict)


def check_height(height: int) -> None:
    """Raise BuildError if a number cannot be a block height in a locktime."""
    if not 0 <= height < LOCKTIME_THRESHOLD:
        raise BuildError(
            f"block height {height} is out of range: expected 0 to {LOCKTIME_THRESHOLD - 1}"
        )
