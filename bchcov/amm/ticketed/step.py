"""What every builder of this profile gives back, verified and read."""

from __future__ import annotations

from dataclasses import replace

from ...errors import BuildError
from ...validation.verify import verify
from ...wallet.builder import TransactionBuilder
from ..step import BuiltStep
from .pool import Event, Pool
from .refusal import explain_refusal

__all__ = ["Step", "take_step"]

Step = BuiltStep[Pool, Event]
"""A transaction, the pool after it, and what it did; no pool is left after an exit."""


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
