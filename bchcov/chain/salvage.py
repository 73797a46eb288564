"""What is whole in a damaged file of a chain, read without changing it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ..errors import BchcovError, StoreError
from ..transaction.model import Transaction
from ..wallet.keys import PrivateKey
from .reading import read_transaction
from .rows import COLUMNS, checksum, describe_row

__all__ = ["Salvage", "salvage"]

_UNREADABLE = (sqlite3.Error, ValueError, TypeError, AttributeError, OverflowError, BchcovError)


@dataclass(frozen=True, slots=True)
class Salvage:
    """The whole rows of a file: facts and keys by name, transactions with their heights.

    A height is None in the mempool; `commitments` are as the wallet keeps them. `problems`
    name what is damaged or cannot be read.
    """

    facts: dict[str, str]
    blocks: tuple[tuple[int, int, bool], ...]
    transactions: tuple[tuple[Transaction, int | None], ...]
    keys: dict[str, PrivateKey]
    commitments: tuple[tuple[Any, ...], ...]
    problems: tuple[str, ...]


def salvage(path: str) -> Salvage:
    """Read what is whole. Raises StoreError where there is no file that could be opened."""
    problems: list[str] = []
    try:
        database = sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}") from error
    with closing(database):
        rows = {table: list(_whole(database, table, problems)) for table in COLUMNS}
    transactions = []
    for row in rows["transactions"]:
        try:
            transactions.append((read_transaction(row), row[2]))
        except _UNREADABLE as error:
            problems.append(f"{describe_row('transactions', row)}: {error}")
    keys = {}
    for name, wif in rows["keys"]:
        try:
            keys[name] = PrivateKey.from_wif(wif)
        except _UNREADABLE as error:
            problems.append(f"{describe_row('keys', (name,))}: {error}")
    return Salvage(
        dict(rows["facts"]),
        tuple((height, time, bool(funding)) for height, time, funding in rows["blocks"]),
        tuple(transactions),
        keys,
        tuple(rows["commitments"]),
        tuple(problems),
    )


def _whole(
    database: sqlite3.Connection, table: str, problems: list[str]
) -> Iterator[tuple[Any, ...]]:
    """Yield the whole rows of a table, from both ends up to what cannot be read."""
    names = COLUMNS[table]
    seen: dict[Any, tuple[Any, ...]] = {}
    for order in ("ASC", "DESC"):
        try:
            for row in database.execute(f"SELECT * FROM {table} ORDER BY {names[0]} {order}"):
                values, check = row[: len(names)], row[len(names) :]
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
