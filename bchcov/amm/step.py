"""Built transactions of a pool: verified, with the pool after them and what they did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from ..errors import BuildError
from ..transaction.constants import LOCKTIME_THRESHOLD
from ..validation.verify import verify
from ..wallet.builder import BuiltTransaction, TransactionBuilder
from .events import Event, Followable
from .refusal import RunningScripts, build_refused

__all__ = ["BuiltStep", "check_height", "take_step"]

PoolT = TypeVar("PoolT")


# No slots: before Python 3.12 a generic class with them cannot be made through an alias.
@dataclass(frozen=True)
class BuiltStep(Generic[PoolT]):
    """A transaction, the pool after it, and what it did; no pool is left after an exit."""

    built: BuiltTransaction
    after: PoolT | None
    event: Event

    @property
    def pool(self) -> PoolT:
        """The pool after it. Raises BuildError where it was the end."""
        if self.after is None:
            raise BuildError("the pool has ended")
        return self.after


class _Pool(Followable, Protocol):
    @property
    def scripts(self) -> RunningScripts: ...


FollowedT = TypeVar("FollowedT", bound=_Pool)


def take_step(pool: FollowedT, builder: TransactionBuilder) -> BuiltStep[FollowedT]:
    """Build, verify, and read back what was built.

    Raises BuildError; where a script refuses it, a BuildRefused that names the contract's
    line and check.
    """
    built = builder.build(check=False)
    transaction, sources = built.transaction, built.source_outputs
    verdict = verify(transaction, sources, builder.rules)
    if verdict.error is not None:
        raise build_refused(pool.scripts, transaction, sources, verdict)
    after, event = pool.follow(transaction, sources)
    return BuiltStep(replace(built, verdict=verdict), after, event)


def check_height(height: int) -> None:
    """Raise BuildError for a number that is not a block height."""
    if not 0 <= height < LOCKTIME_THRESHOLD:
        raise BuildError(f"{height} is no block height: they lie in 0..{LOCKTIME_THRESHOLD - 1}")
