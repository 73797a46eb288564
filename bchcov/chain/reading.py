"""Reading a chain from the rows of its file, and upgrading a file of an earlier format."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from ..errors import DamagedStore, RulesError, StoreError
from ..transaction.codec import decode_transaction, transaction_id
from ..transaction.model import Transaction
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import find_rules
from .blocks import Block
from .rows import Rows
from .store import Records
from .tables import CHAIN_TABLES, FACTS, FORMAT, describe_row

__all__ = ["read_records", "read_transaction", "upgrade"]


def read_transaction(row: tuple[Any, ...]) -> Transaction:
    """Decode the transaction of a row. Raises DamagedStore if it does not have the row's id."""
    _, txid, _, _, raw = row
    transaction = decode_transaction(raw)
    if transaction_id(transaction) != txid:
        row_name = describe_row("transactions", row)
        raise DamagedStore(f"damaged: {row_name} holds a transaction with another id")
    return transaction


def read_records(rows: Rows, own: RuleSet | None = None) -> Records:
    """Read a chain from checked rows. Raises DamagedStore if its blocks do not connect.

    `own` are its rules, if they have that name: rules of a user's own are found by no name.
    """
    facts = rows.facts()
    by_height = sorted(rows.read("transactions"), key=lambda row: (row[2] is None, row[2] or 0))
    found = {
        height: [(read_transaction(row), row[3]) for row in group]
        for height, group in groupby(by_height, key=lambda row: row[2])
    }
    start, started = int(facts["height"]), int(facts["time"])
    last = Block(start, started, bytes(32), ())
    blocks: list[Block] = []
    for height, time, funding in rows.read("blocks"):
        if height != last.height + 1 or time <= last.time:
            raise DamagedStore(f"damaged: block {height} does not follow block {last.height}")
        transactions = tuple(each for each, _ in found.pop(height))
        last = Block(height, time, last.hash, transactions, bool(funding))
        blocks.append(last)
    mempool = tuple(found.pop(None, ()))
    if found:
        raise DamagedStore(f"damaged: block {min(found)} is missing, but not its transactions")
    named = facts["rules"]
    try:
        rules = own.standard if own is not None and own.name == named else find_rules(named)
    except RulesError as error:
        if "+" not in named:
            raise
        raise StoreError(
            f"its chain has the rules {named}, which have to be given: {error}"
        ) from None
    rate = int(facts["fee_rate"])
    return Records(rules, start, started, rate, tuple(blocks), mempool)


def upgrade(rows: Rows) -> None:
    """Upgrade a file of format 1, which has no checksums, to this format; nothing is lost."""
    rows.check_pages()
    kept = rows.read_unchecked(CHAIN_TABLES)
    for table, found in kept.items():
        if table.name == "transactions":
            for row in found:
                read_transaction(row)
    rows.remake(kept, {**dict(kept[FACTS]), "format": FORMAT})
