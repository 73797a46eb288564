"""The rows of a chain's file, with a checksum for each and one for all of them.

The checksum of a row names the one that is damaged; the sum of all, kept as a fact, tells
that none is missing. Tables of a layer above are covered as the chain's own are.
Format 1 has neither: it is read by what the transactions' ids tell.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ..errors import DamagedStore
from .tables import (
    CHAIN_TABLES,
    CHECKSUM,
    CHECKSUM_SIZE,
    FACTS,
    FORMAT,
    INDEX,
    INDEX_STATEMENT,
    Table,
    Value,
    checksum,
    describe_row,
)

__all__ = ["Rows", "other_tables", "quoted"]

_SUM = "sum"
_CHAIN_STATEMENTS = {
    **{table.name: table.statement for table in CHAIN_TABLES},
    INDEX: INDEX_STATEMENT,
}
Kept = Mapping[Table, Sequence[tuple[Any, ...]]]
"""Rows by their table."""


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
        self.database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (_SUM, _shown(total)))

    def make(self, facts: dict[str, str]) -> None:
        """Make the chain's tables, with these facts; part of a `change`."""
        for statement in _CHAIN_STATEMENTS.values():
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
        """Every row of a table, in the order of its key; each is whole, or DamagedStore."""
        rows = self.database.execute(f"SELECT * FROM {quoted(table)} ORDER BY 1")
        found = []
        for *values, check in rows:
            if checksum(table, values) != check:
                raise DamagedStore(f"{self.path}: damaged: {describe_row(table, values)}")
            found.append(tuple(values))
        return found

    def read_unchecked(self, tables: Sequence[Table]) -> Kept:
        """Every row of tables of format 1, which have no checksums."""
        return {
            table: self.database.execute(
                f"SELECT {', '.join(table.columns)} FROM {table.name} ORDER BY 1"
            ).fetchall()
            for table in tables
        }

    def remake(self, kept: Kept, facts: dict[str, str] | None = None) -> None:
        """Make tables of format 1 again, with their rows; those of the chain with these facts."""
        self.database.execute("PRAGMA foreign_keys = OFF")
        with self.change():
            for table in kept:
                self.database.execute(f"DROP TABLE {table.name}")
            if facts is None:
                self._create(kept)
            else:
                self.make(facts)
            for table in [each for each in kept if each != FACTS]:
                for row in kept[table]:
                    self.insert(table.name, row)
        self.database.execute("PRAGMA foreign_keys = ON")

    def _create(self, tables: Iterable[Table]) -> None:
        for table in tables:
            self.database.execute(table.statement)

    def keep(self, tables: Sequence[Table]) -> None:
        """Make the tables of a layer above where there are none; those there are must be these.

        Raises DamagedStore. Those of a file that was of format 1 are given their checksums.
        """
        statements = self._statements()
        if all(each.name not in statements for each in tables):
            with self.change():
                self._create(tables)
        elif any(statements.get(each.name) != each.statement for each in tables):
            if not all(each.name in statements for each in tables) or any(
                self._is_checked(each.name) for each in tables
            ):
                raise self._other_tables()
            self.remake(self.read_unchecked(tables))

    def facts(self) -> dict[str, str]:
        """What holds for the whole chain, by name."""
        return dict(self.database.execute("SELECT name, value FROM facts"))

    def check(self) -> None:
        """Raise DamagedStore where the file is not as it was written, in its pages or its rows."""
        self.check_pages()
        statements = self._statements()
        own = {name: text for name, text in statements.items() if name in _CHAIN_STATEMENTS}
        others = other_tables(self.database)
        if own != _CHAIN_STATEMENTS or len(own) + len(others) != len(statements):
            raise self._other_tables()
        facts = self.facts()
        kept = facts.pop(_SUM)
        total = sum(_number(checksum("facts", each)) for each in facts.items())
        tables = [each.name for each in CHAIN_TABLES if each != FACTS]
        for table in [*tables, *filter(self._is_checked, others)]:
            total += sum(_number(checksum(table, row)) for row in self.read(table))
        if kept != _shown(total):
            raise DamagedStore(f"{self.path}: damaged: a fact is another, or a row is missing")

    def check_pages(self) -> None:
        """Raise DamagedStore where the database is not whole as SQLite sees it."""
        for (said,) in self.database.execute("PRAGMA integrity_check(1)"):
            if said != "ok":
                raise DamagedStore(f"{self.path}: damaged: {said}")

    def _statements(self) -> dict[str, str]:
        """The statements that made what is in the file, but for what SQLite makes for itself."""
        query = (
            "SELECT name, sql FROM sqlite_master"
            " WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
        return dict(self.database.execute(query))

    def _is_checked(self, table: str) -> bool:
        """Whether the rows of a table have checksums: those of format 1 have none."""
        found = self.database.execute(f"SELECT * FROM {quoted(table)} LIMIT 0")
        return found.description[-1][0] == CHECKSUM

    def _other_tables(self) -> DamagedStore:
        return DamagedStore(f"{self.path}: damaged: its tables are not those of format {FORMAT}")


def other_tables(database: sqlite3.Connection) -> list[str]:
    """The names of the tables in a file that are not the chain's own."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    return [name for (name,) in database.execute(query) if name not in _CHAIN_STATEMENTS]


def quoted(name: str) -> str:
    """Quote a name for SQL."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _number(check: bytes) -> int:
    return int.from_bytes(check, "big")


def _shown(total: int) -> str:
    return f"{total % (1 << 8 * CHECKSUM_SIZE):032x}"
