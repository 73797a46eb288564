"""A chain in an SQLite file, so that killing the process loses nothing that was accepted.

The file holds transactions and blocks; coins follow from them. Every accepted submission
and every block is one transaction of the database. One process at a time has the file:
the next one is refused until the first has ended.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path
from types import TracebackType

from ..errors import StoreError
from ..transaction.codec import decode_transaction, encode_transaction, transaction_id
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import BCH_2026, find_rules
from .blocks import Block
from .chain import Chain
from .store import Change, Records
from .wallet import Wallet

__all__ = ["ChainFile"]

_FORMAT = "1"
_APPLICATION = 0x62636863
# The busy handler would only wait for a process that keeps the file as long as it lives.
_WAIT_SECONDS = 0.2
_TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE blocks (height INTEGER PRIMARY KEY, time INTEGER NOT NULL, funding INTEGER NOT NULL);
CREATE TABLE transactions (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    txid TEXT NOT NULL UNIQUE,
    height INTEGER REFERENCES blocks (height),
    fee INTEGER NOT NULL,
    raw BLOB NOT NULL
);
CREATE INDEX transactions_by_height ON transactions (height);
CREATE TABLE keys (name TEXT PRIMARY KEY, wif TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE commitments (
    action_hash BLOB PRIMARY KEY,
    pool BLOB NOT NULL,
    key TEXT NOT NULL REFERENCES keys (name),
    number INTEGER NOT NULL,
    direction INTEGER NOT NULL,
    amount_in INTEGER NOT NULL,
    min_out TEXT NOT NULL,
    UNIQUE (pool, key, number)
) WITHOUT ROWID;
"""


class ChainFile:
    """An open file with its `chain` and its `wallet`; close it, or use it in a `with` block.

    A file that is not there is made, with the `rules` and the other arguments of `Chain`;
    one that is there keeps its own. ":memory:" is no file and ends with the process. Raises
    StoreError for a file that another process has, that is none of these or is damaged,
    or whose rules are not those asked for.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        rules: RuleSet | None = None,
        height: int = 0,
        time: int = 1_800_000_000,
        fee_rate: int = 1,
    ) -> None:
        self.path = str(path)
        self._changes = 0
        _make_private(self.path)
        with self._explained():
            self._database = sqlite3.connect(
                self.path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            with self._explained():
                self._take_hold()
                if not self._is_made():
                    self._make(Records(rules or BCH_2026, height, time, fee_rate))
                self.chain = Chain.stored(self._read(), self)
            if rules is not None and rules.name != self.chain.rules.name:
                raise StoreError(
                    f"{self.path}: its chain has the rules {self.chain.rules.name},"
                    f" not {rules.name}"
                )
            self.wallet = Wallet(self._database)
        except BaseException:
            self._database.close()
            raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn errors of the database and of what it holds into one that names the file."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise StoreError(f"{self.path}: another process has this chain open") from None
            raise StoreError(f"{self.path}: {error}") from error
        except sqlite3.ProgrammingError as error:
            raise StoreError(f"{self.path}: the file is closed") from error
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path}: not a chain's file: {error}") from error
        except (LookupError, ValueError) as error:
            raise StoreError(f"{self.path}: the chain in it is damaged: {error!r}") from error

    def _take_hold(self) -> None:
        """Lock the file for as long as this process has it open."""
        run = self._database.execute
        run("PRAGMA locking_mode = EXCLUSIVE")
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        run("PRAGMA foreign_keys = ON")
        run("BEGIN EXCLUSIVE")
        run("COMMIT")

    def _is_made(self) -> bool:
        (application,) = self._database.execute("PRAGMA application_id").fetchone()
        tables = self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if application not in (0, _APPLICATION) or (tables and not application):
            raise StoreError(f"{self.path}: a database of another program")
        return bool(tables)

    def _make(self, records: Records) -> None:
        facts = {
            "format": _FORMAT,
            "rules": records.rules.name,
            "height": str(records.height),
            "time": str(records.time),
            "fee_rate": str(records.fee_rate),
        }
        with self._transaction() as database:
            for statement in _TABLES.split(";"):
                database.execute(statement)
            database.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
            database.execute(f"PRAGMA application_id = {_APPLICATION}")

    def _read(self) -> Records:
        facts = dict(self._database.execute("SELECT name, value FROM facts"))
        if facts["format"] != _FORMAT:
            raise StoreError(
                f"{self.path}: its format is {facts['format']}, this version reads {_FORMAT}"
            )
        rows = self._database.execute(
            "SELECT height, fee, raw FROM transactions ORDER BY height IS NULL, height, place"
        )
        found = {
            height: [(decode_transaction(raw), fee) for _, fee, raw in group]
            for height, group in groupby(rows, key=lambda row: row[0])
        }
        start, started = int(facts["height"]), int(facts["time"])
        last = Block(start, started, bytes(32), ())
        blocks: list[Block] = []
        for height, time, funding in self._database.execute(
            "SELECT height, time, funding FROM blocks ORDER BY height"
        ):
            transactions = tuple(each for each, _ in found[height])
            last = Block(height, time, last.hash, transactions, bool(funding))
            blocks.append(last)
        return Records(
            find_rules(facts["rules"]),
            start,
            started,
            int(facts["fee_rate"]),
            tuple(blocks),
            tuple(found.get(None, ())),
        )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._explained():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    def write(self, change: Change) -> None:
        """Keep a change of the chain, all of it or nothing. Raises StoreError."""
        if change.number != self._changes + 1:
            raise StoreError(f"{self.path}: the work was interrupted: open the file again")
        # Counted first: if this is interrupted, nothing more is kept of a chain that may not
        # know what was.
        self._changes += 1
        try:
            with self._transaction() as database:
                _write(database, change)
        except StoreError:
            self._changes -= 1
            raise

    def close(self) -> None:
        """Let go of the file; the chain accepts nothing afterwards."""
        self._database.close()

    def __enter__(self) -> ChainFile:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()


def _make_private(path: str) -> None:
    """Make a new file readable by its owner only: a wallet is in it."""
    if path != ":memory:":
        with suppress(OSError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))


def _write(database: sqlite3.Connection, change: Change) -> None:
    leaving = [(txid,) for txid in change.leaving]
    database.executemany("DELETE FROM transactions WHERE txid = ?", leaving)
    if change.disconnected is not None:
        above = (change.disconnected,)
        database.execute("DELETE FROM transactions WHERE height > ?", above)
        database.execute("DELETE FROM blocks WHERE height > ?", above)
    blocks = [(each.height, each.time, each.is_funding) for each in change.connected]
    database.executemany("INSERT INTO blocks VALUES (?, ?, ?)", blocks)
    rows: list[tuple[str, int | None, int, bytes]] = [
        (transaction_id(each), block.height, 0, encode_transaction(each))
        for block in change.connected
        for each in block.transactions
    ]
    rows += [
        (transaction_id(each), None, fee, encode_transaction(each)) for each, fee in change.entering
    ]
    insert = "INSERT INTO transactions (txid, height, fee, raw) VALUES (?, ?, ?, ?)"
    database.executemany(insert, rows)
