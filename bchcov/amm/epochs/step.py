"""The result of every builder of this profile: a verified transaction, and what it did."""

from __future__ import annotations

from ...wallet.builder import TransactionBuilder
from .. import step
from .pool import Pool

__all__ = ["Step", "take_step"]

Step = step.BuiltStep[Pool]
"""A transaction, the pool after it (None after an exit), and what it did."""


def take_step(pool: Pool, builder: TransactionBuilder) -> Step:
    """Build and verify a transaction, and follow the pool. Raises BuildError, BuildRefused."""
    return step.take_step(pool, builder)
