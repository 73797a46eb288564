"""Coins: unspent outputs with their outpoints."""

from __future__ import annotations

from dataclasses import dataclass

from ..encoding.expected import kind_of, shown
from ..errors import BuildError
from ..transaction.codec import transaction_hash
from ..transaction.model import Output, Token, Transaction

__all__ = ["Coin"]


@dataclass(frozen=True, slots=True)
class Coin:
    """An unspent output and its outpoint; `outpoint_hash` is 32 bytes in wire order."""

    outpoint_hash: bytes
    outpoint_index: int
    output: Output

    @classmethod
    def of(cls, transaction: Transaction, index: int) -> Coin:
        """Make the coin of output `index` of a transaction. Raises BuildError if there is none."""
        if not isinstance(transaction, Transaction):
            raise BuildError(f"transaction must be a Transaction, not {kind_of(transaction)}")
        if not isinstance(index, int):
            raise BuildError(f"output index must be an integer, not {kind_of(index)}")
        if not 0 <= index < len(transaction.outputs):
            raise BuildError(
                f"output index {shown(index)} is out of range: the transaction has"
                f" {len(transaction.outputs)} outputs"
            )
        return cls(transaction_hash(transaction), index, transaction.outputs[index])

    @classmethod
    def all_of(cls, transaction: Transaction) -> tuple[Coin, ...]:
        """Make the coins of all outputs of a transaction, in order."""
        outpoint_hash = transaction_hash(transaction)
        return tuple(cls(outpoint_hash, *each) for each in enumerate(transaction.outputs))

    @property
    def outpoint(self) -> tuple[bytes, int]:
        """The outpoint: the transaction's hash in wire order, and the output's index."""
        return self.outpoint_hash, self.outpoint_index

    @property
    def txid(self) -> str:
        """The id of its transaction in display order (hexadecimal)."""
        return self.outpoint_hash[::-1].hex()

    @property
    def value(self) -> int:
        """The value in satoshis."""
        return self.output.value

    @property
    def token(self) -> Token | None:
        """The tokens of the output, or None."""
        return self.output.token

    @property
    def locking_bytecode(self) -> bytes:
        """The locking bytecode of the output."""
        return self.output.locking_bytecode

    def __str__(self) -> str:
        return f"{self.txid}:{self.outpoint_index}"
