"""The coins that are there, confirmed or not, and who spends them."""

from __future__ import annotations

from dataclasses import dataclass

from ..transaction.codec import transaction_hash
from ..transaction.model import Output, Transaction
from .blocks import Block

__all__ = ["Ledger", "Outpoint", "Record"]

Outpoint = tuple[bytes, int]
"""A transaction's hash as on the wire, and the index of an output."""


@dataclass(frozen=True, slots=True)
class Record:
    """A coin in the ledger: its output, where it was confirmed, and whether it is a coinbase's."""

    output: Output
    height: int
    median_time: int
    is_coinbase: bool = False


class Ledger:
    """Coins by outpoint, with what was spent, so that every transaction can be taken back.

    `spenders` tells by which transaction, as displayed, an outpoint was spent, `undo` which
    coins a transaction spent, `scripts` which outpoints a locking bytecode locks.
    """

    __slots__ = ("coins", "scripts", "spenders", "undo")

    def __init__(self) -> None:
        self.coins: dict[Outpoint, Record] = {}
        self.spenders: dict[Outpoint, str] = {}
        self.undo: dict[bytes, tuple[tuple[Outpoint, Record], ...]] = {}
        self.scripts: dict[bytes, dict[Outpoint, None]] = {}

    def copy(self) -> Ledger:
        """The same ledger, which goes its own way."""
        other = Ledger()
        other.coins, other.spenders = dict(self.coins), dict(self.spenders)
        other.undo = dict(self.undo)
        other.scripts = {script: dict(coins) for script, coins in self.scripts.items()}
        return other

    def locked_by(self, locking_bytecode: bytes) -> list[tuple[Outpoint, Record]]:
        """The coins that a script locks, the oldest first."""
        found = self.scripts.get(locking_bytecode, {})
        return [(outpoint, self.coins[outpoint]) for outpoint in found]

    def _add(self, outpoint: Outpoint, record: Record) -> None:
        self.coins[outpoint] = record
        self.scripts.setdefault(record.output.locking_bytecode, {})[outpoint] = None

    def _remove(self, outpoint: Outpoint) -> Record:
        record = self.coins.pop(outpoint)
        locking = record.output.locking_bytecode
        left = self.scripts[locking]
        del left[outpoint]
        if not left:
            del self.scripts[locking]
        return record

    def apply(
        self,
        transaction: Transaction,
        height: int,
        median_time: int,
        *,
        is_made: bool = False,
        is_coinbase: bool = False,
    ) -> None:
        """Spend the inputs and add the outputs of a transaction that was checked.

        One that `is_made` spends nothing; a coinbase's coins must ripen besides.
        """
        name = transaction_hash(transaction)
        spent = []
        if not is_made:
            for item in transaction.inputs:
                outpoint = item.outpoint_hash, item.outpoint_index
                spent.append((outpoint, self._remove(outpoint)))
                self.spenders[outpoint] = name[::-1].hex()
        self.undo[name] = tuple(spent)
        for index, output in enumerate(transaction.outputs):
            self._add((name, index), Record(output, height, median_time, is_coinbase))

    def connect(self, block: Block, median_time: int) -> None:
        """Apply a whole block that was checked; `median_time` is that of the block before."""
        for place, transaction in enumerate(block.transactions):
            is_coinbase = place == 0 and not block.is_funding
            self.apply(
                transaction, block.height, median_time, is_made=place == 0, is_coinbase=is_coinbase
            )

    def revert(self, transaction: Transaction) -> None:
        """Take back the last transaction that was applied and not taken back."""
        name = transaction_hash(transaction)
        for index in range(len(transaction.outputs)):
            self._remove((name, index))
        for outpoint, record in self.undo.pop(name):
            self._add(outpoint, record)
            del self.spenders[outpoint]
