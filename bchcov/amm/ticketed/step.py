"""What every builder of this profile gives back, verified and read."""

from __future__ import annotations

from ...wallet.builder import TransactionBuilder
from .. import step
from .pool import Pool

__all__ = ["Step", "take_step"]

Step = step.BuiltStep[Pool]
"""A transaction, the pool after it, and what it did; no pool is left after an exit."""


def take_step(pool: Pool, builder: TransactionBuilder) -> Step:
    """Build, verify, and read back what was built. Raises BuildError, BuildRefused."""
    return step.take_step(pool, builder)
