"""The result of every builder of this profile: a verified transaction, and what it did."""

from __future__ import annotations

from ...wallet.builder import TransactionBuilder
from ...wallet.funding import Funding
from ...wallet.unlockers import ScriptUnlocker
from .. import step
from .pool import Pool

__all__ = ["Step", "spend_both", "take_step"]

Step = step.BuiltStep[Pool]
"""A transaction, the pool after it (None after an exit), and what it did."""


def take_step(pool: Pool, builder: TransactionBuilder) -> Step:
    """Build and verify a transaction, and follow the pool. Raises BuildError, BuildRefused."""
    return step.take_step(pool, builder)


def spend_both(
    pool: Pool, funding: Funding, unlocker: ScriptUnlocker, *, age: int | None = None
) -> TransactionBuilder:
    """Begin a transaction that spends the pool and its vault, which is `age` blocks old.

    An NFT of the traded category that somebody put into the vault is burned.
    """
    builder = funding.builder().spend(pool.coin, ScriptUnlocker((), pool.scripts.pool.code))
    token = pool.vault.token
    if token is not None and token.nft is not None:
        builder = builder.burn(token.category)
    if age is None:
        return builder.spend(pool.vault, unlocker)
    return builder.spend(pool.vault, unlocker, sequence=age)
