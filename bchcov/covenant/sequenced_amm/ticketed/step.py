"""What every builder of this profile needs: heights, and the result with the pool after it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ....errors import BuildError
from ....validation.verify import verify
from ....wallet.builder import BuiltTransaction, TransactionBuilder
from ...purse import Purse
from .pool import Event, Pool
from .refusal import explain_refusal

__all__ = ["HEIGHT_LIMIT", "IN_FORCE", "Purse", "Step", "check_height", "take_step"]

HEIGHT_LIMIT = 500_000_000
"""From here on a locktime is a time, not a height."""
IN_FORCE = 0xFFFF_FFFE
"""A sequence number that lets the locktime count and asks for no age."""


@dataclass(frozen=True, slots=True)
class Step:
    """A transaction, the pool after it, and what it did; no pool is left after an exit."""

    built: BuiltTransaction
    after: Pool | None
    event: Event

    @property
    def pool(self) -> Pool:
        """The pool after it. Raises BuildError where it was the end."""
        if self.after is None:
            raise BuildError("the pool has ended")
        return self.after


def take_step(pool: Pool, builder: TransactionBuilder) -> Step:
    """Build, verify, and read back what was built.

    Raises BuildError; where script refuses, it names the contract's line and check.
    """
    built = builder.build(check=False)
    transaction, sources = built.transaction, built.source_outputs
    verdict = verify(transaction, sources, builder.rules)
    if verdict.error is not None:
        why = explain_refusal(pool.scripts, transaction, sources, verdict)
        raise BuildError(f"the transaction is refused: {why}")
    after, event = pool.follow(transaction, sources)
    return Step(replace(built, verdict=verdict), after, event)


def check_height(height: int) -> None:
    """Raise BuildError for a number that is no block height."""
    if not 0 <= height < HEIGHT_LIMIT:
        raise BuildError(f"{height} is no block height: they lie in 0..{HEIGHT_LIMIT - 1}")
