"""The coins that exist, confirmed or not, and the transactions that spend them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..transaction.codec import transaction_hash
from ..transaction.model import Output, Transaction
from .blocks import Block

__all__ = ["Ledger", "Outpoint", "Record"]

Outpoint = tuple[bytes, int]
"""A transaction's hash in wire order, and the index of an output."""


_MISSING = object()


@dataclass(frozen=True, slots=True)
class Record:
    """A coin in the ledger: its output, where it was confirmed, and whether it is a coinbase's.

    `height` is None and `median_time` 0 until it is confirmed. Of two coins of the same
    height the older one has the lower `number`.
    """

    output: Output
    height: int | None
    median_time: int
    is_coinbase: bool = False
    number: int = 0


class Ledger:
    """Coins by outpoint, also spent ones, so that every transaction can be reverted.

    `spent` holds the spent coins, `spenders` the displayed txid of the transaction that spent
    each, `undo` the outpoints that a transaction spent, by its hash, and `scripts` the
    outpoints that a locking bytecode locks. After `mark` all changes can be rolled back, at a
    cost that depends on the changes and not on the number of coins.
    """

    __slots__ = ("_journal", "_marks", "_number", "coins", "scripts", "spenders", "spent", "undo")

    def __init__(self) -> None:
        self.coins: dict[Outpoint, Record] = {}
        self.spent: dict[Outpoint, Record] = {}
        self.spenders: dict[Outpoint, str] = {}
        self.undo: dict[bytes, tuple[Outpoint, ...]] = {}
        self.scripts: dict[bytes, dict[Outpoint, None]] = {}
        self._journal: list[tuple[dict[Any, Any], Any, Any]] = []
        self._marks = 0
        self._number = 0

    def mark(self) -> int:
        """Start to record changes, until `roll_back` or `keep`. Marks may be nested."""
        self._marks += 1
        return len(self._journal)

    def keep(self) -> None:
        """Keep the changes since the last mark."""
        self._marks -= 1
        if not self._marks:
            self._journal.clear()

    def roll_back(self, mark: int) -> None:
        """Undo all changes since a mark."""
        while len(self._journal) > mark:
            table, key, before = self._journal.pop()
            if before is _MISSING:
                del table[key]
            else:
                table[key] = before
        self._marks -= 1

    def _put(self, table: dict[Any, Any], key: object, value: object) -> None:
        if self._marks:
            self._journal.append((table, key, table.get(key, _MISSING)))
        table[key] = value

    def _drop(self, table: dict[Any, Any], key: object) -> Any:
        value = table.pop(key)
        if self._marks:
            self._journal.append((table, key, value))
        return value

    def locked_by(self, locking_bytecode: bytes) -> list[tuple[Outpoint, Record]]:
        """Return the coins that a script locks, oldest first."""
        found = [(each, self.coins[each]) for each in self.scripts.get(locking_bytecode, {})]
        return sorted(found, key=lambda each: _age(each[1]))

    def _add(self, outpoint: Outpoint, record: Record) -> None:
        self._put(self.coins, outpoint, record)
        locking = record.output.locking_bytecode
        if locking not in self.scripts:
            self._put(self.scripts, locking, {})
        self._put(self.scripts[locking], outpoint, None)

    def _remove(self, outpoint: Outpoint) -> Record:
        record: Record = self._drop(self.coins, outpoint)
        locking = record.output.locking_bytecode
        left = self.scripts[locking]
        self._drop(left, outpoint)
        if not left:
            self._drop(self.scripts, locking)
        return record

    def _record(
        self, output: Output, height: int | None, median_time: int, *, is_coinbase: bool = False
    ) -> Record:
        self._number += 1
        return Record(output, height, median_time, is_coinbase, self._number)

    def apply(
        self,
        transaction: Transaction,
        height: int | None,
        median_time: int = 0,
        *,
        is_made: bool = False,
        is_coinbase: bool = False,
    ) -> None:
        """Spend the inputs and add the outputs of a transaction that was checked.

        `height` is None in the mempool. A transaction that `is_made` creates coins and spends
        none; those of a coinbase have to mature as well.
        """
        name = transaction_hash(transaction)
        spent: list[Outpoint] = []
        if not is_made:
            for item in transaction.inputs:
                outpoint = item.outpoint_hash, item.outpoint_index
                self._put(self.spent, outpoint, self._remove(outpoint))
                self._put(self.spenders, outpoint, name[::-1].hex())
                spent.append(outpoint)
        self._put(self.undo, name, tuple(spent))
        for index, output in enumerate(transaction.outputs):
            record = self._record(output, height, median_time, is_coinbase=is_coinbase)
            self._add((name, index), record)

    def confirm(self, transaction: Transaction, height: int, median_time: int) -> None:
        """Confirm a transaction that was applied: date its coins, spent or not, by the block."""
        name = transaction_hash(transaction)
        for index, output in enumerate(transaction.outputs):
            table = self.coins if (name, index) in self.coins else self.spent
            self._put(table, (name, index), self._record(output, height, median_time))

    def connect(self, block: Block, median_time: int) -> None:
        """Apply a checked block; `median_time` is the median time past of the block before it."""
        for place, transaction in enumerate(block.transactions):
            is_coinbase = place == 0 and not block.is_funding
            self.apply(
                transaction, block.height, median_time, is_made=place == 0, is_coinbase=is_coinbase
            )

    def revert(self, transaction: Transaction) -> None:
        """Revert a transaction that was applied, none of whose outputs is spent."""
        name = transaction_hash(transaction)
        for index in range(len(transaction.outputs)):
            self._remove((name, index))
        for outpoint in self._drop(self.undo, name):
            self._add(outpoint, self._drop(self.spent, outpoint))
            self._drop(self.spenders, outpoint)


def _age(record: Record) -> tuple[bool, int, int]:
    return record.height is None, record.height or 0, record.number
