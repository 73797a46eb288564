"""Coins: unspent outputs and where they are."""

from __future__ import annotations

from dataclasses import dataclass

from ..encoding.expected import kind_of, shown
from ..errors import BuildError
from ..transaction.codec import transaction_hash
from ..transaction.model import Output, Token, Transaction

__all__ = ["Coin"]


@dataclass(frozen=True, slots=True)
class Coin:
    """An unspent output: `outpoint_hash` is 32 bytes as on the wire."""

    outpoint_hash: bytes
    outpoint_index: int
    output: Output

    @classmethod
    def of(cls, transaction: Transaction, index: int) -> Coin:
        """Output `index` of a transaction. Raises BuildError where there is none."""
        if not isinstance(transaction, Transaction):
            raise BuildError(f"coins are outputs of a Transaction, not of {kind_of(transaction)}")
        if not isinstance(index, int):
            raise BuildError(f"the index of an output is an integer, not {kind_of(index)}")
        if not 0 <= index < len(transaction.outputs):
            raise BuildError(
                f"output {shown(index)}: the transaction has {len(transaction.outputs)} outputs"
            )
        return cls(transaction_hash(transaction), index, transaction.outputs[index])

    @classmethod
    def all_of(cls, transaction: Transaction) -> tuple[Coin, ...]:
        """Every output of a transaction, in their order."""
        outpoint_hash = transaction_hash(transaction)
        return tuple(cls(outpoint_hash, *each) for each in enumerate(transaction.outputs))

    @property
    def outpoint(self) -> tuple[bytes, int]:
        """Where the coin is: the hash as on the wire, and the index."""
        return self.outpoint_hash, self.outpoint_index

    @property
    def txid(self) -> str:
        """The txid of its transaction as it is displayed."""
        return self.outpoint_hash[::-1].hex()

    @property
    def value(self) -> int:
        """Its satoshis."""
        return self.output.value

    @property
    def token(self) -> Token | None:
        """Its tokens."""
        return self.output.token

    @property
    def locking_bytecode(self) -> bytes:
        """What locks it."""
        return self.output.locking_bytecode

    def __str__(self) -> str:
        return f"{self.txid}:{self.outpoint_index}"
