"""What both SequencedAMM profiles share in a race: making the pool, and following it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from ...amm.events import Event, Followable
from ...amm.formula import Reserves
from ...amm.step import BuiltStep
from ...transaction.model import Transaction
from ...wallet.balance import Spend
from ...wallet.coins import Coin
from ...wallet.funding import Funding
from ..world import World, spends

__all__ = ["follow_pool", "make_pool"]


class _Pool(Followable, Protocol):
    @property
    def coin(self) -> Coin: ...


PoolT = TypeVar("PoolT", bound=_Pool)
ParametersT = TypeVar("ParametersT")


def make_pool(
    world: World,
    parameters: Callable[..., ParametersT],
    genesis: Callable[[ParametersT, Reserves, Spend, Funding], BuiltStep[PoolT]],
) -> PoolT:
    """Make and confirm a pool with the world's reserves, owned by its provider.

    `parameters` and `genesis` are those of the profile.
    """
    first, funding = world.pool_coins()
    chosen = parameters(
        pool_category=first.coin.outpoint_hash,
        token_category=world.tokens,
        owner=world.provider.public_key_hash,
    )
    made = genesis(chosen, world.reserves, first, funding)
    world.confirm(made.built)
    return made.pool


def follow_pool(world: World, pool: PoolT, transaction: Transaction) -> tuple[PoolT, Event] | None:
    """Return the pool after a transaction that spends it, and the event; None for any other."""
    if not spends(transaction, pool.coin):
        return None
    after, event = pool.follow(transaction, world.chain.source_outputs(transaction))
    # Nobody ends a pool during a race.
    assert after is not None
    return after, event
