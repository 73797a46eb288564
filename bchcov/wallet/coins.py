"""Coins: unspent outputs and where they are."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import BuildError
from ..transaction.codec import transaction_id
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
        if not 0 <= index < len(transaction.outputs):
            raise BuildError(
                f"output {index}: the transaction has {len(transaction.outputs)} outputs"
            )
        txid = bytes.fromhex(transaction_id(transaction))[::-1]
        return cls(txid, index, transaction.outputs[index])

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
