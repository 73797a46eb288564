"""The tables of a chain's file, with a checksum for each row and one for all of them.

The checksum of a row names the one that is damaged; the sum of all, kept as a fact, tells
that none is missing. Format 1 has neither: it is read by what the transactions' ids tell.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..crypto.hashes import sha256
from ..errors import DamagedStore

__all__ = ["COLUMNS", "FORMAT", "Rows", "Value", "checksum", "describe_row", "schema"]

FORMAT = "2"
Value = str | int | bytes | None
_SUM, _SIZE = "sum", 16
_DEFINITIONS = {
    "facts": ("name TEXT PRIMARY KEY, value TEXT NOT NULL", " WITHOUT ROWID"),
    "blocks": ("height INTEGER PRIMARY KEY, time INTEGER NOT NULL, funding INTEGER NOT NULL", ""),
    "transactions": (
        "place INTEGER PRIMARY KEY, txid TEXT NOT NULL UNIQUE,"
        " height INTEGER REFERENCES blocks (height), fee INTEGER NOT NULL, raw BLOB NOT NULL",
        "",
    ),
    "keys": ("name TEXT PRIMARY KEY, wif TEXT NOT NULL", " WITHOUT ROWID"),
    "commitments": (
        "action_hash BLOB PRIMARY KEY, pool BLOB NOT NULL, key TEXT NOT NULL REFERENCES keys"
        " (name), number INTEGER NOT NULL, direction INTEGER NOT NULL, amount_in INTEGER NOT"
        " NULL, min_out TEXT NOT NULL{}, UNIQUE (pool, key, number)",
        " WITHOUT ROWID",
    ),
}
COLUMNS = {
    "facts": ("name", "value"),
    "blocks": ("height", "time", "funding"),
    "transactions": ("place", "txid", "height", "fee", "raw"),
    "keys": ("name", "wif"),
    "commitments": ("action_hash", "pool", "key", "number", "direction", "amount_in", "min_out"),
}
_CHECK = ", checksum BLOB NOT NULL"
_INDEX = "CREATE INDEX transactions_by_height ON transactions (height)"


def schema() -> dict[str, str]:
    """The statements that make the tables and the index, by their names."""
    made = {}
    for table, (columns, end) in _DEFINITIONS.items():
        check = "" if table == "facts" else _CHECK
        if "{}" in columns:
            columns, check = columns.replace("{}", check), ""
        made[table] = f"CREATE TABLE {table} ({columns}{check}){end}"
    return {**made, "transactions_by_height": _INDEX}


def checksum(table: str, values: Sequence[Value]) -> bytes:
    """The checksum of a row: of its table's name and its values, whatever their types."""
    return sha256(repr((table, *values)).encode("utf-8", "surrogatepass"))[:_SIZE]


def _number(check: bytes) -> int:
    return int.from_bytes(check, "big")


class Rows:
    """The rows of an open database. What changes them runs within `change`, or not at all."""

    def __init__(self, database: sqlite3.Connection, path: str) -> None:
        self.database = database
        self.path = path
        self._moved = 0

    @contextmanager
    def change(self) -> Iterator[None]:
        """Make all the changes within one transaction of the database, with their sum."""
        run = self.database.execute
        run("BEGIN IMMEDIATE")
        self._moved = 0
        try:
            yield
            if self._moved:
                ((before,),) = run("SELECT value FROM facts WHERE name = ?", (_SUM,)).fetchall()
                self._set_sum(int(before, 16) + self._moved)
            run("COMMIT")
        except BaseException:
            if self.database.in_transaction:
                run("ROLLBACK")
            raise

    def _set_sum(self, total: int) -> None:
        text = f"{total % (1 << 8 * _SIZE):032x}"
        self.database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (_SUM, text))

    def make(self, facts: dict[str, str]) -> None:
        """Make the tables, with these facts; part of a `change`."""
        for statement in schema().values():
            self.database.execute(statement)
        self.database.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
        self._set_sum(sum(_number(checksum("facts", each)) for each in facts.items()))

    def insert(self, table: str, values: Sequence[Value]) -> None:
        """Add a row."""
        check = checksum(table, values)
        marks = ", ".join("?" * (len(values) + 1))
        self.database.execute(f"INSERT INTO {table} VALUES ({marks})", (*values, check))
        self._moved += _number(check)

    def delete(self, table: str, condition: str, *values: Value) -> None:
        """Take away the rows that meet a condition."""
        where = f"FROM {table} WHERE {condition}"
        for (check,) in self.database.execute(f"SELECT checksum {where}", values):
            self._moved -= _number(check)
        self.database.execute(f"DELETE {where}", values)

    def read(self, table: str) -> list[tuple[Any, ...]]:
        """Every row of a table, in the order of its key; each is whole, or StoreError."""
        names = COLUMNS[table]
        columns = ", ".join((*names, "checksum"))
        rows = self.database.execute(f"SELECT {columns} FROM {table} ORDER BY {names[0]}")
        found = []
        for *values, check in rows:
            if checksum(table, values) != check:
                raise DamagedStore(f"{self.path}: damaged: {describe_row(table, values)}")
            found.append(tuple(values))
        return found

    def facts(self) -> dict[str, str]:
        """What holds for the whole chain, by name."""
        return dict(self.database.execute("SELECT name, value FROM facts"))

    def check(self) -> None:
        """Raise StoreError where the file is not as it was written, in its pages or its rows."""
        for (said,) in self.database.execute("PRAGMA integrity_check(1)"):
            if said != "ok":
                raise DamagedStore(f"{self.path}: damaged: {said}")
        # But for what SQLite makes for itself.
        query = (
            "SELECT name, sql FROM sqlite_master"
            " WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
        if dict(self.database.execute(query)) != schema():
            raise DamagedStore(f"{self.path}: damaged: its tables are not those of format {FORMAT}")
        facts = self.facts()
        kept = facts.pop(_SUM)
        total = sum(_number(checksum("facts", each)) for each in facts.items())
        for table in [each for each in COLUMNS if each != "facts"]:
            total += sum(_number(checksum(table, row)) for row in self.read(table))
        if kept != f"{total % (1 << 8 * _SIZE):032x}":
            raise DamagedStore(f"{self.path}: damaged: a fact is another, or a row is missing")


def describe_row(table: str, values: Sequence[Value]) -> str:
    """Name a row: the block, the transaction, the key or the commitment."""
    name = values[1] if table == "transactions" else values[0]
    text = name.hex() if isinstance(name, bytes) else str(name)
    return f"the row of {text[:70]!r} in {table}"
