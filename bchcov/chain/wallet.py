"""The wallet in a chain's file: keys by name, and commitments whose salts come from them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from ..amm.action import Action, Direction
from ..amm.salts import derive_salt
from ..errors import DamagedStore, StoreError
from ..wallet.keys import PrivateKey
from .rows import Rows, Value

__all__ = ["Commitment", "Wallet"]


@dataclass(frozen=True, slots=True)
class Commitment:
    """An action that a key of the wallet committed to, or is about to; `number` made its salt."""

    key_name: str
    number: int
    action: Action


class Wallet:
    """Keys and commitments, kept before anything that needs them is submitted.

    A commitment is kept as what it says and the number that its salt is derived from: with
    the key it can be made again. Keys lie in the file as they are: whoever reads it has them.
    """

    def __init__(self, rows: Rows) -> None:
        self._store = rows

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        try:
            return self._store.database.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"the wallet: {error}") from error

    def _insert(self, table: str, *values: Value) -> None:
        try:
            with self._store.change():
                self._store.insert(table, values)
        except sqlite3.Error as error:
            raise StoreError(f"the wallet: {error}") from error

    def add(self, name: str, key: PrivateKey) -> None:
        """Keep a key under a name. Raises StoreError for a name that is another key's."""
        if name in (known := self.keys()):
            if known[name] != key:
                raise StoreError(f"the wallet has another key that is called {name!r}")
            return
        self._insert("keys", name, key.to_wif())

    def keys(self) -> dict[str, PrivateKey]:
        """Every key by its name."""
        rows = self._rows("SELECT name, wif FROM keys ORDER BY name")
        return {name: PrivateKey.from_wif(wif) for name, wif in rows}

    def key(self, name: str) -> PrivateKey:
        """The key of a name. Raises StoreError where there is none."""
        rows = self._rows("SELECT wif FROM keys WHERE name = ?", name)
        if not rows:
            raise StoreError(f"the wallet has no key that is called {name!r}")
        return PrivateKey.from_wif(rows[0][0])

    def plan(
        self, name: str, pool: bytes, direction: Direction, amount_in: int, min_out: int
    ) -> Commitment:
        """The action that `commit` would make next; it is not kept.

        `pool` is the category of the pool's NFT. Raises StoreError and BuildError.
        """
        key = self.key(name)
        ((last,),) = self._rows(
            "SELECT max(number) FROM commitments WHERE pool = ? AND key = ?", pool, name
        )
        number = 0 if last is None else last + 1
        salt = derive_salt(key, pool, number)
        action = Action(direction, amount_in, min_out, key.public_key_hash, salt)
        return Commitment(name, number, action)

    def commit(
        self, name: str, pool: bytes, direction: Direction, amount_in: int, min_out: int
    ) -> Commitment:
        """Make an action with the next salt of a key at a pool, and keep it.

        Raises StoreError and BuildError.
        """
        made = self.plan(name, pool, direction, amount_in, min_out)
        values = made.action.hash, pool, name, made.number, int(direction), amount_in
        self._insert("commitments", *values, str(min_out))
        return made

    def check(self) -> None:
        """Raise StoreError where a commitment is not what its key and number make."""
        for (pool,) in self._rows("SELECT DISTINCT pool FROM commitments"):
            self.commitments(pool)

    def commitments(self, pool: bytes) -> dict[bytes, Commitment]:
        """Every commitment at a pool by the hash of its action, in the order they were made."""
        rows = self._rows(
            "SELECT action_hash, key, number, direction, amount_in, min_out"
            " FROM commitments WHERE pool = ? ORDER BY key, number",
            pool,
        )
        keys = self.keys()
        found = {}
        for action_hash, name, number, direction, amount_in, min_out in rows:
            key = keys[name]
            salt = derive_salt(key, pool, number)
            action = Action(direction, amount_in, int(min_out), key.public_key_hash, salt)
            if action.hash != action_hash:
                raise DamagedStore(f"the wallet's commitment {number} of {name!r} is damaged")
            found[action_hash] = Commitment(name, number, action)
        return found
