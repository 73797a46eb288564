"""A chain in an SQLite file, so that killing the process loses nothing that was accepted.

The file holds transactions and blocks; coins are computed from them. Every accepted
submission and every block is one database transaction. Only one process at a time can have
the file open.

All accepted data is in the file itself, covered by checksums. The only other file is
SQLite's rollback journal, which a change interrupted by a crash needs to be undone. If the
journal is damaged or missing, the file holds part of the change and the checksums show it.
In a write-ahead log a single flipped bit would silently drop accepted changes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from os import PathLike
from pathlib import Path
from types import TracebackType

from ..encoding.expected import kind_of
from ..errors import BchcovError, DamagedStore, StoreError
from ..transaction.codec import encode_transaction, transaction_id
from ..transaction.model import Transaction
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import BCH_2026
from .chain import Chain
from .given import check_start
from .private_file import is_open_here, is_there, new_file
from .reading import read_records, upgrade
from .rows import Rows
from .salvage import Salvage, salvage
from .store import Change, Records
from .tables import FORMAT, Table

__all__ = ["ChainFile"]

_APPLICATION = 0x62636863
# SQLite's names for databases that are not files and end with the process.
_NO_FILES = (":memory:", "")
# Waiting longer is no use: a process keeps its file locked for as long as it has it open.
_WAIT_SECONDS = 0.2
_SALVAGE_HINT = "`bchcov salvage` and ChainFile.salvage(path) read the undamaged rows"
# The errors that damaged values raise while they are read.
_DAMAGE_ERRORS = (LookupError, ValueError, TypeError, AttributeError, OverflowError, BchcovError)


def _kind_of(error: sqlite3.Error) -> int:
    """Return SQLite's primary result code; 0 for an error that Python's module itself raised."""
    # The higher bytes hold the extended code.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _path_of(path: str | Path) -> str:
    """Return a path as text: whatever else has a text would become the name of a new file."""
    if not isinstance(path, str | PathLike):
        raise StoreError(f"the path of a chain's file must be text or a Path, not {kind_of(path)}")
    return str(path)


class ChainFile:
    """An open file with its `chain`; close it, or use it in a `with` block.

    A new file is created with the `rules` and the other arguments of `Chain`; an existing one
    keeps its own. The path ":memory:" keeps the chain in memory only. Raises StoreError if
    another process has the file open, if it is damaged or not a chain's file, or if its rules
    are not `rules`. A layer above may `keep` tables of its own in it.
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
        self.path = _path_of(path)
        self._changes = 0
        new = Records(BCH_2026 if rules is None else rules, height, time, fee_rate)
        # Before there is a file: one that cannot be opened again must not be made.
        check_start(new.rules, height, time, fee_rate)
        if self.path not in _NO_FILES and not is_there(self.path):
            with self._explained(), new_file(self.path) as name:
                self._create_at(name, new)
        # Checked before connecting, since the connection opens the file as well.
        self._is_ours = is_open_here(self.path)
        with self._explained():
            self._database = sqlite3.connect(
                self.path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
        self._rows = Rows(self._database, self.path)
        try:
            with self._explained(is_opening=True):
                self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
                if self.path in _NO_FILES:
                    _create(self._rows, new)
                self._lock()
                self.chain = Chain.stored(self._read(rules), self)
            if rules is not None and rules.name != self.chain.rules.name:
                raise StoreError(
                    f"{self.path}: its chain has the rules {self.chain.rules.name},"
                    f" not {rules.name}"
                )
        except BaseException:
            self._database.close()
            raise

    @staticmethod
    def salvage(path: str | Path, *tables: Table) -> Salvage:
        """Read every undamaged row of a damaged file, without changing the file.

        `tables` are those that a layer above keeps in it.
        """
        return salvage(_path_of(path), tables)

    def keep(self, *tables: Table) -> Rows:
        """Keep the tables of a layer above in this file, covered by its checksums.

        They are created if the file has none of them. Raises DamagedStore if it has
        different tables of these names.
        """
        with self.opening():
            self._rows.keep(tables)
        return self._rows

    def opening(self) -> AbstractContextManager[None]:
        """Turn errors while tables are first read into a StoreError that names this file."""
        return self._explained(is_opening=True)

    @contextmanager
    def _explained(self, *, is_opening: bool = False) -> Iterator[None]:
        """Turn errors of the database and of its contents into one that names the file."""
        try:
            yield
        except DamagedStore as error:
            if not is_opening:
                raise
            said = str(error).removeprefix(f"{self.path}: ")
            raise DamagedStore(f"{self.path}: {said}; {_SALVAGE_HINT}") from error
        except sqlite3.OperationalError as error:
            kind = _kind_of(error)
            if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                if self._is_ours:
                    raise StoreError(f"{self.path}: this process has it open already") from None
                raise StoreError(f"{self.path}: another process has this chain open") from None
            if is_opening and kind == sqlite3.SQLITE_ERROR:
                # The statements are correct, so a table is missing or has other columns.
                raise DamagedStore(f"{self.path}: damaged: {error}; {_SALVAGE_HINT}") from error
            raise StoreError(f"{self.path}: {error}") from error
        except sqlite3.ProgrammingError as error:
            raise StoreError(f"{self.path}: the file is closed") from error
        except sqlite3.DatabaseError as error:
            if _kind_of(error) == sqlite3.SQLITE_CORRUPT:
                raise DamagedStore(f"{self.path}: damaged: {error}; {_SALVAGE_HINT}") from error
            raise StoreError(f"{self.path}: not a chain's file: {error}") from error
        except StoreError:
            # Said already, and no damage: another program's file, or another format.
            raise
        except _DAMAGE_ERRORS as error:
            if not is_opening:
                raise
            said = f"the chain in it is damaged: {error!r}; {_SALVAGE_HINT}"
            raise DamagedStore(f"{self.path}: {said}") from error

    def _create_at(self, name: str, records: Records) -> None:
        with closing(sqlite3.connect(name, isolation_level=None)) as database:
            # An incomplete new file is deleted, so no journal needs to outlive the process.
            database.execute("PRAGMA journal_mode = MEMORY")
            _create(Rows(database, self.path), records)

    def _lock(self) -> None:
        """Lock the file for as long as this process has it open."""
        run = self._database.execute
        ((application,),) = self._rows.fetch("PRAGMA application_id")
        if application != _APPLICATION:
            raise StoreError(f"{self.path}: a database of another program")
        # Files of earlier versions have a write-ahead log.
        run("PRAGMA journal_mode = DELETE")
        run("PRAGMA synchronous = FULL")
        run("PRAGMA foreign_keys = ON")
        run("BEGIN EXCLUSIVE")
        run("COMMIT")

    def _read(self, own: RuleSet | None) -> Records:
        number = self._rows.facts().get("format")
        if number == "1":
            upgrade(self._rows)
        elif number != FORMAT:
            if number is None or not (number.isascii() and number.isdigit()):
                what = "missing" if number is None else repr(number)
                raise DamagedStore(f"damaged: its format is {what}")
            raise StoreError(
                f"{self.path}: format {number} is not supported: expected 1 or {FORMAT}"
            )
        self._rows.check()
        return read_records(self._rows, own)

    def write(self, change: Change) -> None:
        """Write a change of the chain, all of it or nothing. Raises StoreError."""
        if change.number != self._changes + 1:
            raise StoreError(f"{self.path}: a change was interrupted: open the file again")
        # Counted first: after an interruption here the chain in memory may not know what was
        # written, so nothing more of it is accepted.
        self._changes += 1
        try:
            with self._explained(), self._rows.change():
                _write(self._rows, change)
        except StoreError:
            self._changes -= 1
            raise

    def close(self) -> None:
        """Close the file; the chain accepts nothing afterwards."""
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


def _create(rows: Rows, records: Records) -> None:
    facts = {
        "format": FORMAT,
        "rules": records.rules.name,
        "height": str(records.height),
        "time": str(records.time),
        "fee_rate": str(records.fee_rate),
    }
    with rows.change():
        rows.make(facts)
        rows.database.execute(f"PRAGMA application_id = {_APPLICATION}")


def _write(rows: Rows, change: Change) -> None:
    for txid in change.leaving:
        rows.delete("transactions", "txid = ?", txid)
    if change.disconnected is not None:
        rows.delete("transactions", "height > ?", change.disconnected)
        rows.delete("blocks", "height > ?", change.disconnected)
    for block in change.connected:
        rows.insert("blocks", (block.height, block.time, int(block.is_funding)))
    # New rows come after all others, since places give the mempool its order.
    ((last,),) = rows.fetch("SELECT max(place) FROM transactions")
    new: list[tuple[Transaction, int | None, int]] = [
        (each, block.height, 0) for block in change.connected for each in block.transactions
    ]
    new += [(each, None, fee) for each, fee in change.entering]
    for place, (transaction, height, fee) in enumerate(new, 1 + (last or 0)):
        raw = encode_transaction(transaction)
        rows.insert("transactions", (place, transaction_id(transaction), height, fee, raw))
