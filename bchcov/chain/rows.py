"""The rows of a chain's file, each with a checksum, and the sum of all checksums.

A row's checksum shows whether that row is damaged; the sum, kept as a fact, shows whether a
row is missing. Tables of a layer above are covered like the chain's own. Format 1 has no
checksums: only the transactions' ids are verified.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
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

__all__ = ["Rows", "fetch", "other_tables", "quoted"]

_SUM = "sum"
_CHAIN_STATEMENTS = {
    **{table.name: table.statement for table in CHAIN_TABLES},
    INDEX: INDEX_STATEMENT,
}
TableRows = Mapping[Table, Sequence[tuple[Any, ...]]]
"""The rows of several tables."""


class Rows:
    """The rows of an open database; the methods that change them must run within `change`."""

    def __init__(self, database: sqlite3.Connection, path: str) -> None:
        self.database = database
        self.path = path
        self._sum_change = 0

    def fetch(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return fetch(self.database, query, *values)

    @contextmanager
    def change(self) -> Iterator[None]:
        """Make all changes within one database transaction, and update the sum at its end."""
        run = self.database.execute
        run("BEGIN IMMEDIATE")
        self._sum_change = 0
        try:
            yield
            if self._sum_change:
                ((before,),) = self.fetch("SELECT value FROM facts WHERE name = ?", _SUM)
                self._set_sum(int(before, 16) + self._sum_change)
            run("COMMIT")
        except BaseException:
            if self.database.in_transaction:
                run("ROLLBACK")
            raise

    def _set_sum(self, total: int) -> None:
        self.database.execute(
            "INSERT OR REPLACE INTO facts VALUES (?, ?)", (_SUM, _format_sum(total))
        )

    def make(self, facts: dict[str, str]) -> None:
        """Create the chain's tables, with these facts."""
        for statement in _CHAIN_STATEMENTS.values():
            self.database.execute(statement)
        self.database.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
        self._set_sum(sum(_number(checksum("facts", each)) for each in facts.items()))

    def insert(self, table: str, values: Sequence[Value]) -> None:
        """Insert a row."""
        check = checksum(table, values)
        marks = ", ".join("?" * (len(values) + 1))
        self.database.execute(f"INSERT INTO {table} VALUES ({marks})", (*values, check))
        self._sum_change += _number(check)

    def delete(self, table: str, condition: str, *values: Value) -> None:
        """Delete the rows that meet an SQL condition."""
        where = f"FROM {table} WHERE {condition}"
        for (check,) in self.fetch(f"SELECT checksum {where}", *values):
            self._sum_change -= _number(check)
        self.database.execute(f"DELETE {where}", values)

    def read(self, table: str) -> list[tuple[Any, ...]]:
        """Read every row of a table in key order. Raises DamagedStore for a damaged row."""
        found = []
        with closing(self.database.execute(f"SELECT * FROM {quoted(table)} ORDER BY 1")) as rows:
            for *values, check in rows:
                if checksum(table, values) != check:
                    raise DamagedStore(f"{self.path}: damaged: {describe_row(table, values)}")
                found.append(tuple(values))
        return found

    def read_unchecked(self, tables: Sequence[Table]) -> TableRows:
        """Read every row of tables of format 1, which have no checksums."""
        return {
            table: self.fetch(f"SELECT {', '.join(table.columns)} FROM {table.name} ORDER BY 1")
            for table in tables
        }

    def remake(self, kept: TableRows, facts: dict[str, str] | None = None) -> None:
        """Recreate tables of format 1 with checksums and the same rows.

        Give `facts` to recreate the chain's own tables; the facts are replaced by these.
        """
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
        """Create the tables of a layer above, or check that the existing ones are the same.

        Existing tables of format 1 are given checksums. Raises DamagedStore for other tables
        of these names.
        """
        statements = self._statements()
        if all(each.name not in statements for each in tables):
            with self.change():
                self._create(tables)
        elif any(statements.get(each.name) != each.statement for each in tables):
            if not all(each.name in statements for each in tables) or any(
                self._is_checked(each.name) for each in tables
            ):
                raise self._wrong_tables()
            self.remake(self.read_unchecked(tables))

    def check_tables(self, tables: Sequence[Table]) -> None:
        """Raise DamagedStore unless the tables of a layer above are these, or are not there."""
        statements = self._statements()
        found = [statements.get(each.name) for each in tables]
        if any(found) and found != [each.statement for each in tables]:
            raise self._wrong_tables()

    def facts(self) -> dict[str, str]:
        """Return the facts about the whole chain, by name."""
        return dict(self.fetch("SELECT name, value FROM facts"))

    def check(self) -> None:
        """Check the pages, the tables and every row of the file. Raises DamagedStore."""
        self.check_pages()
        statements = self._statements()
        own = {name: text for name, text in statements.items() if name in _CHAIN_STATEMENTS}
        others = other_tables(self.database)
        if own != _CHAIN_STATEMENTS or len(own) + len(others) != len(statements):
            raise self._wrong_tables()
        facts = self.facts()
        kept = facts.pop(_SUM)
        total = sum(_number(checksum("facts", each)) for each in facts.items())
        tables = [each.name for each in CHAIN_TABLES if each != FACTS]
        for table in [*tables, *filter(self._is_checked, others)]:
            total += sum(_number(checksum(table, row)) for row in self.read(table))
        if kept != _format_sum(total):
            raise DamagedStore(f"{self.path}: damaged: a fact has changed, or a row is missing")

    def check_pages(self) -> None:
        """Run SQLite's own integrity check. Raises DamagedStore."""
        for (said,) in self.fetch("PRAGMA integrity_check(1)"):
            if said != "ok":
                said = " ".join(said.replace("*** in database main ***", "").split())
                raise DamagedStore(f"{self.path}: damaged: {said}")

    def _statements(self) -> dict[str, str]:
        """Return the SQL of every table and index by name, without SQLite's internal ones."""
        query = (
            "SELECT name, sql FROM sqlite_master"
            " WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
        return dict(self.fetch(query))

    def _is_checked(self, table: str) -> bool:
        """Return whether the rows of a table have checksums; those of format 1 have none."""
        with closing(self.database.execute(f"SELECT * FROM {quoted(table)} LIMIT 0")) as found:
            return bool(found.description[-1][0] == CHECKSUM)

    def _wrong_tables(self) -> DamagedStore:
        return DamagedStore(f"{self.path}: damaged: its tables are not those of format {FORMAT}")


def fetch(database: sqlite3.Connection, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Return all rows of a query, and end it even where a row cannot be read.

    A query that was not ended keeps the file locked after its database was closed, for as
    long as somebody keeps the error.
    """
    with closing(database.execute(query, values)) as cursor:
        return cursor.fetchall()


def other_tables(database: sqlite3.Connection) -> list[str]:
    """Return the names of the tables in a file that are not the chain's own."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    return [name for (name,) in fetch(database, query) if name not in _CHAIN_STATEMENTS]


def quoted(name: str) -> str:
    """Quote a name for SQL."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _number(check: bytes) -> int:
    return int.from_bytes(check, "big")


def _format_sum(total: int) -> str:
    return f"{total % (1 << 8 * CHECKSUM_SIZE):032x}"
