"""The tables of a chain's file, and the checksum of a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..crypto.hashes import sha256

__all__ = [
    "CHAIN_TABLES",
    "CHECKSUM",
    "CHECKSUM_SIZE",
    "FACTS",
    "FORMAT",
    "INDEX",
    "INDEX_STATEMENT",
    "Table",
    "Value",
    "checksum",
    "describe_row",
]

FORMAT = "2"
Value = str | int | bytes | None
CHECKSUM = "checksum"
CHECKSUM_SIZE = 16


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, its columns with the key first, and the statement that creates it.

    In the definition, `{checksum}` stands for the column with the checksum of each row.
    """

    name: str
    columns: tuple[str, ...]
    definition: str

    @property
    def statement(self) -> str:
        """The CREATE statement, as the file keeps it."""
        return self.definition.format(checksum=f", {CHECKSUM} BLOB NOT NULL")


FACTS = Table(
    "facts",
    ("name", "value"),
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)
CHAIN_TABLES = (
    FACTS,
    Table(
        "blocks",
        ("height", "time", "funding"),
        "CREATE TABLE blocks (height INTEGER PRIMARY KEY, time INTEGER NOT NULL,"
        " funding INTEGER NOT NULL{checksum})",
    ),
    Table(
        "transactions",
        ("place", "txid", "height", "fee", "raw"),
        "CREATE TABLE transactions (place INTEGER PRIMARY KEY, txid TEXT NOT NULL UNIQUE,"
        " height INTEGER REFERENCES blocks (height), fee INTEGER NOT NULL,"
        " raw BLOB NOT NULL{checksum})",
    ),
)
INDEX = "transactions_by_height"
INDEX_STATEMENT = f"CREATE INDEX {INDEX} ON transactions (height)"


def checksum(table: str, values: Sequence[Value]) -> bytes:
    """Compute the checksum of a row from its table's name, its values and their types."""
    return sha256(repr((table, *values)).encode("utf-8", "surrogatepass"))[:CHECKSUM_SIZE]


def describe_row(table: str, values: Sequence[Value]) -> str:
    """Name a row by its block, its transaction or its key."""
    name = values[1] if table == "transactions" else values[0]
    text = name.hex() if isinstance(name, bytes) else str(name)
    return f"the row of {text[:70]!r} in {table}"
