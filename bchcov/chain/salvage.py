"""Reading the undamaged rows of a chain's file, without changing it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..errors import BchcovError, StoreError
from ..transaction.model import Transaction
from ..wallet.coins import Coin
from .private_file import is_open_here
from .reading import read_transaction
from .rows import Rows, fetch, other_tables, quoted
from .tables import CHAIN_TABLES, CHECKSUM, FORMAT, Table, checksum, describe_row

__all__ = ["Salvage", "salvage"]

_UNREADABLE = (
    sqlite3.Error,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    BchcovError,
)
# SQLite quotes damaged statements in its messages, which need not be UTF-8 then.
_DATABASE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
_WAIT_SECONDS = 0.2
# The byte at 19 of a database with a write-ahead log, as files of earlier versions are.
_HAS_LOG = b"\x02"
_IN_USE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@dataclass(frozen=True, slots=True)
class Salvage:
    """The undamaged rows of a file: facts by name, blocks, transactions with their heights.

    A block is its height, its time, and whether it funded coins. A transaction's height is
    None in the mempool. `others` are the rows of tables that a layer above keeps, by the
    table's name. `problems` say what is damaged or cannot be read.
    """

    facts: dict[str, str]
    blocks: tuple[tuple[int, int, bool], ...]
    transactions: tuple[tuple[Transaction, int | None], ...]
    others: dict[str, tuple[tuple[Any, ...], ...]]
    problems: tuple[str, ...]

    def coins(self) -> list[Coin]:
        """List the outputs of these transactions that none of them spends."""
        coins = [coin for each, _ in self.transactions for coin in Coin.all_of(each)]
        spent = {
            (item.outpoint_hash, item.outpoint_index)
            for each, _ in self.transactions
            for item in each.inputs
        }
        return [coin for coin in coins if coin.outpoint not in spent]


def salvage(path: str, tables: Sequence[Table] = ()) -> Salvage:
    """Read every undamaged row. Raises StoreError if the file cannot be opened or is in use.

    `tables` are those that a layer above keeps; other ones of their names are damaged.
    """
    problems: list[str] = []
    # Checked before connecting, since the connection opens the file as well.
    is_ours = is_open_here(path)
    # Whoever changes a file has a journal beside it, so this is no question for a copy.
    with closing(_connect(path, path)) as database:
        _expect_free(database, path, is_ours=is_ours)
    with _readable(path) as name, closing(_connect(name, path)) as database:
        return _read(database, path, tables, problems)


def _connect(name: str, path: str) -> sqlite3.Connection:
    """Open a file to read it; an error tells of `path`."""
    try:
        return sqlite3.connect(f"file:{quote(name)}?{_mode(name)}", uri=True, timeout=_WAIT_SECONDS)
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}") from error


@contextmanager
def _readable(path: str) -> Iterator[str]:
    """Give the path of the file, or of a copy in which an interrupted change is undone."""
    journal = Path(f"{path}-journal")
    if not journal.exists() or is_open_here(path):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = str(Path(folder, "chain"))
        try:
            shutil.copyfile(path, copy)
            shutil.copyfile(journal, f"{copy}-journal")
            with closing(sqlite3.connect(copy)) as database, suppress(*_DATABASE_ERRORS):
                fetch(database, "PRAGMA user_version")
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{path}: {error}") from error
        yield copy


def _mode(path: str) -> str:
    """Say how SQLite is to open a file so that it puts no other one beside it."""
    # Opened and closed here, it would lose the lock of whoever has it open in this process.
    if is_open_here(path):
        return "mode=ro"
    with suppress(OSError), open(path, "rb") as file:
        if file.read(20)[19:] == _HAS_LOG and not os.path.exists(f"{path}-wal"):
            return "mode=ro&immutable=1"
    return "mode=ro"


def _read(
    database: sqlite3.Connection, path: str, tables: Sequence[Table], problems: list[str]
) -> Salvage:
    rows = {
        table.name: list(_undamaged(database, table.name, problems, len(table.columns)))
        for table in CHAIN_TABLES
    }
    others = {name: tuple(_undamaged(database, name, problems)) for name in _others(database)}
    facts = dict(rows["facts"])
    if not problems:
        problems += _check_whole(Rows(database, path), facts, tables)
    transactions = []
    for row in rows["transactions"]:
        try:
            transactions.append((read_transaction(row), row[2]))
        except _UNREADABLE as error:
            problems.append(f"{describe_row('transactions', row)}: {error}")
    return Salvage(
        facts,
        tuple((height, time, bool(funding)) for height, time, funding in rows["blocks"]),
        tuple(transactions),
        others,
        tuple(problems),
    )


def _expect_free(database: sqlite3.Connection, path: str, *, is_ours: bool) -> None:
    try:
        fetch(database, "SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _IN_USE:
            who = "this process has it open already"
            raise StoreError(
                f"{path}: {who if is_ours else 'another process has this chain open'}"
            ) from None
    except _DATABASE_ERRORS:
        # What cannot be read of it the problems say.
        pass


def _check_whole(rows: Rows, facts: dict[str, str], tables: Sequence[Table]) -> Iterator[str]:
    """Yield what only the file as a whole shows: a changed fact, or a row that is missing."""
    try:
        if facts.get("format") == FORMAT:
            rows.check()
            rows.check_tables(tables)
        else:
            rows.check_pages()
    except _UNREADABLE as error:
        yield str(error).removeprefix(f"{rows.path}: ").removeprefix("damaged: ")


def _undamaged(
    database: sqlite3.Connection, table: str, problems: list[str], columns: int = 0
) -> Iterator[tuple[Any, ...]]:
    """Yield the undamaged rows of a table, read from both ends up to what is unreadable.

    `columns` counts them without the checksum; 0 leaves it to the file.
    """
    seen: dict[Any, tuple[Any, ...]] = {}
    for order in ("ASC", "DESC"):
        try:
            query = f"SELECT * FROM {quoted(table)} ORDER BY 1 {order}"
            with closing(database.execute(query)) as found:
                names = [each[0] for each in found.description]
                size = columns or len(names) - (names[-1] == CHECKSUM)
                for row in found:
                    values, check = row[:size], row[size:]
                    if check and checksum(table, values) != check[0]:
                        said = f"{describe_row(table, values)} is damaged"
                        if said not in problems:
                            problems.append(said)
                    else:
                        seen[values[0]] = values
        except _UNREADABLE as error:
            problems.append(f"{table}, read {order.lower()}ending: {error}")
        else:
            break
    yield from sorted(seen.values(), key=lambda row: (str(type(row[0])), row[0]))


def _others(database: sqlite3.Connection) -> list[str]:
    try:
        return other_tables(database)
    except _UNREADABLE:
        # Then no table can be read, and the problems say so already.
        return []
