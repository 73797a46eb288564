"""What each party of a race has gained or lost, in satoshis at the price elsewhere."""

from __future__ import annotations

from typing import Protocol

from ..wallet.coins import Coin
from .world import World

__all__ = ["Gains"]


class _Pool(Protocol):
    @property
    def coin(self) -> Coin: ...


class _Model(Protocol):
    @property
    def world(self) -> World: ...
    @property
    def confirmed(self) -> _Pool: ...


class Gains:
    """The coins that users, provider and builders began with, to be compared with the end.

    The coins of the pool belong to its provider. What is locked in tickets and orders counts
    for nobody.
    """

    def __init__(self, model: _Model, builders: int) -> None:
        self._world = world = model.world
        pool = model.confirmed
        vault = getattr(pool, "vault", pool.coin)
        self._scripts = {
            "users": tuple(
                each.key.locking_bytecode for each in world.intents if not each.is_silent
            ),
            "provider": (
                world.provider.locking_bytecode,
                *{pool.coin.locking_bytecode, vault.locking_bytecode},
            ),
            "builders": (
                world.key("keeper").locking_bytecode,
                *(world.key(f"builder {each}").locking_bytecode for each in range(builders)),
            ),
        }
        self._begun = {name: world.held(*scripts) for name, scripts in self._scripts.items()}

    def of(self, party: str) -> int:
        """Return the gain of "users", "provider" or "builders"."""
        satoshis, tokens = self._world.held(*self._scripts[party])
        before = self._begun[party]
        return self._world.worth(satoshis - before[0], tokens - before[1])
