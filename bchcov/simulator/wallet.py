"""The wallet in a chain's file: named keys, and the commitments that they made."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..amm.action import Action, Direction
from ..amm.salts import derive_salt
from ..chain import ChainFile, Salvage, Table
from ..errors import BchcovError, DamagedStore, StoreError
from ..wallet.keys import PrivateKey

__all__ = ["Commitment", "SalvagedWallet", "Wallet"]

_TABLES = (
    Table(
        "keys",
        ("name", "wif"),
        "CREATE TABLE keys (name TEXT PRIMARY KEY, wif TEXT NOT NULL{checksum}) WITHOUT ROWID",
    ),
    Table(
        "commitments",
        ("action_hash", "pool", "key", "number", "direction", "amount_in", "min_out"),
        "CREATE TABLE commitments (action_hash BLOB PRIMARY KEY, pool BLOB NOT NULL,"
        " key TEXT NOT NULL REFERENCES keys (name), number INTEGER NOT NULL,"
        " direction INTEGER NOT NULL, amount_in INTEGER NOT NULL,"
        " min_out TEXT NOT NULL{checksum}, UNIQUE (pool, key, number)) WITHOUT ROWID",
    ),
)


@dataclass(frozen=True, slots=True)
class Commitment:
    """An action that a key of the wallet has committed to, or could commit to next.

    Its salt is derived from the key and `number`.
    """

    key_name: str
    number: int
    action: Action


@dataclass(frozen=True, slots=True)
class SalvagedWallet:
    """The undamaged rows of the wallet in a damaged file: keys by name, commitments as rows.

    `problems` say what is damaged or cannot be read in the whole file; `file` holds its other
    undamaged rows.
    """

    keys: dict[str, PrivateKey]
    commitments: tuple[tuple[Any, ...], ...]
    problems: tuple[str, ...]
    file: Salvage = field(repr=False)


class Wallet:
    """Keys and commitments in a chain's file, stored before a transaction needs them.

    A commitment is stored as its terms and the number that its salt is derived from: the key
    restores the rest. Keys are stored unencrypted, so whoever can read the file has them.
    Raises StoreError for a file whose wallet is damaged.
    """

    def __init__(self, file: ChainFile) -> None:
        self._store = file.keep(*_TABLES)
        with file.opening():
            for (pool,) in self._rows("SELECT DISTINCT pool FROM commitments"):
                self.commitments(pool)

    @staticmethod
    def salvage(path: str | Path) -> SalvagedWallet:
        """Read every undamaged row of a damaged file's wallet, without changing the file."""
        found = ChainFile.salvage(path, *_TABLES)
        keys, problems = {}, list(found.problems)
        for row in found.others.get("keys", ()):
            try:
                name, wif = row
                keys[name] = PrivateKey.from_wif(wif)
            except (BchcovError, ValueError, TypeError, AttributeError) as error:
                problems.append(f"the key of {str(row[0])[:70]!r}: {error}")
        return SalvagedWallet(keys, found.others.get("commitments", ()), tuple(problems), found)

    def restore(self, found: SalvagedWallet) -> list[str]:
        """Add the keys and commitments of a salvaged wallet, all of them or, on an error, none.

        Returns what is left out, and why. Raises StoreError.
        """
        left_out = []
        try:
            with self._store.change():
                for name, key in found.keys.items():
                    self._store.insert("keys", (name, key.to_wif()))
                for row in found.commitments:
                    try:
                        _commitment(found.keys, *row)
                    except (BchcovError, LookupError, ValueError, TypeError) as error:
                        left_out.append(f"the commitment {_shown(row)}: {error!r}")
                    else:
                        self._store.insert("commitments", row)
        except sqlite3.Error as error:
            raise StoreError(f"the wallet: {error}") from error
        return left_out

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        try:
            return self._store.fetch(query, *values)
        except sqlite3.Error as error:
            raise StoreError(f"the wallet: {error}") from error

    def _insert(self, table: str, *values: str | int | bytes) -> None:
        try:
            with self._store.change():
                self._store.insert(table, values)
        except sqlite3.Error as error:
            raise StoreError(f"the wallet: {error}") from error

    def add(self, name: str, key: PrivateKey) -> None:
        """Store a key under a name. Raises StoreError if another key has this name."""
        if name in (known := self.keys()):
            if known[name] != key:
                raise StoreError(f"the wallet already has another key called {name!r}")
            return
        self._insert("keys", name, key.to_wif())

    def keys(self) -> dict[str, PrivateKey]:
        """Return every key by its name."""
        rows = self._rows("SELECT name, wif FROM keys ORDER BY name")
        return {name: PrivateKey.from_wif(wif) for name, wif in rows}

    def key(self, name: str) -> PrivateKey:
        """Return the key of this name. Raises StoreError if there is none."""
        rows = self._rows("SELECT wif FROM keys WHERE name = ?", name)
        if not rows:
            raise StoreError(f"the wallet has no key called {name!r}")
        return PrivateKey.from_wif(rows[0][0])

    def plan(
        self, name: str, pool: bytes, direction: Direction, amount_in: int, min_out: int
    ) -> Commitment:
        """Return the commitment that `commit` would make next, without storing it.

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
        """Make and store a commitment with the next salt of a key at a pool.

        `pool` is the category of the pool's NFT. Raises StoreError and BuildError.
        """
        made = self.plan(name, pool, direction, amount_in, min_out)
        values = made.action.hash, pool, name, made.number, int(direction), amount_in
        self._insert("commitments", *values, str(min_out))
        return made

    def commitments(self, pool: bytes) -> dict[bytes, Commitment]:
        """Return every commitment at a pool by its action's hash, sorted by key and number."""
        rows = self._rows(
            "SELECT action_hash, pool, key, number, direction, amount_in, min_out"
            " FROM commitments WHERE pool = ? ORDER BY key, number",
            pool,
        )
        keys = self.keys()
        return {row[0]: _commitment(keys, *row) for row in rows}


def _commitment(
    keys: Mapping[str, PrivateKey],
    action_hash: bytes,
    pool: bytes,
    name: str,
    number: int,
    direction: Direction,
    amount_in: int,
    min_out: str,
) -> Commitment:
    """Derive a commitment again from its row. Raises DamagedStore if it has another hash."""
    key = keys[name]
    salt = derive_salt(key, pool, number)
    action = Action(direction, amount_in, int(min_out), key.public_key_hash, salt)
    if action.hash != action_hash:
        raise DamagedStore(f"the wallet's commitment {number} of {name!r} is damaged")
    return Commitment(name, number, action)


def _shown(row: tuple[Any, ...]) -> str:
    return row[0].hex() if row and isinstance(row[0], bytes) else repr(row[:1])[:70]
