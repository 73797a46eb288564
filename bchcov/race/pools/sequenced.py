"""What both SequencedAMM profiles share in a race: making the pool, following it, and its past."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from ...amm.events import Event, Followable
from ...amm.formula import Reserves
from ...amm.step import BuiltStep
from ...errors import BuildError, SettingsError
from ...transaction.model import Transaction
from ...wallet.balance import Spend
from ...wallet.coins import Coin
from ...wallet.funding import Funding
from ..world import World, spends

__all__ = ["Past", "follow_pool", "make_pool"]

_KEPT = 110


class _Pool(Followable, Protocol):
    @property
    def coin(self) -> Coin: ...


PoolT = TypeVar("PoolT", bound=_Pool)
ParametersT = TypeVar("ParametersT")
StateT = TypeVar("StateT")


def make_pool(
    world: World,
    parameters: Callable[..., ParametersT],
    genesis: Callable[[ParametersT, Reserves, Spend, Funding], BuiltStep[PoolT]],
) -> PoolT:
    """Make and confirm a pool with the world's reserves, owned by its provider.

    `parameters` and `genesis` are those of the profile. Raises SettingsError if the settings
    name a parameter that it does not have, or a value out of range.
    """
    first, funding = world.pool_coins()
    others: dict[str, Any] = dict(world.settings.parameters)
    try:
        chosen = parameters(
            pool_category=first.coin.outpoint_hash,
            token_category=world.tokens,
            owner=world.provider.public_key_hash,
            **others,
        )
    except (BuildError, TypeError) as error:
        raise SettingsError(f"the parameters of the pool are wrong: {error}") from error
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


class Past(Generic[StateT]):
    """The states after the last blocks, the latest last, so that blocks can be disconnected."""

    def __init__(self, state: StateT) -> None:
        self._states = [state]

    def add(self, state: StateT) -> None:
        """Add the state after another block."""
        self._states = [*self._states[1 - _KEPT :], state]

    def before(self, blocks: int) -> StateT:
        """Return the state `blocks` blocks ago, or the oldest one that is kept."""
        return self._states[max(0, len(self._states) - 1 - blocks)]

    def drop(self, blocks: int) -> StateT:
        """Forget the last blocks, and return the state before them."""
        self._states = self._states[: max(1, len(self._states) - blocks)]
        return self._states[-1]
