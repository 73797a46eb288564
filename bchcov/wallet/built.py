"""The transaction that a builder has built, with its spent outputs, fee and verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..encoding.expected import kind_of, shown
from ..errors import BuildError
from ..transaction.codec import encode_transaction, transaction_id
from ..transaction.model import Output, Transaction
from ..validation.verdict import Verdict
from .coins import Coin

__all__ = ["BuiltTransaction"]


@dataclass(frozen=True, slots=True)
class BuiltTransaction:
    """A transaction with the outputs it spends, its fee in satoshis, and its verdict.

    `verdict` is None if the transaction was not verified; `network` is that of its builder.
    """

    transaction: Transaction
    source_outputs: tuple[Output, ...]
    fee: int
    verdict: Verdict | None
    network: str = "mainnet"

    @property
    def encoded(self) -> bytes:
        """The encoded transaction, as nodes accept it."""
        return encode_transaction(self.transaction)

    @property
    def size(self) -> int:
        """The size of the encoded transaction in bytes."""
        return len(self.encoded)

    @property
    def txid(self) -> str:
        """The transaction id in display order (hexadecimal)."""
        return transaction_id(self.transaction)

    def coin(self, index: int) -> Coin:
        """Return output `index` as a coin. Raises BuildError if there is none."""
        return Coin.of(self.transaction, index)

    @property
    def coins(self) -> tuple[Coin, ...]:
        """Every output as a coin."""
        return Coin.all_of(self.transaction)

    def unlock(self, index: int, unlocking_bytecode: bytes) -> BuiltTransaction:
        """Copy the transaction with this unlocking bytecode in input `index`, unverified.

        Raises BuildError if there is no such input or the bytecode is not bytes.
        """
        inputs = list(self.transaction.inputs)
        if not isinstance(index, int) or not 0 <= index < len(inputs):
            where = shown(index) if isinstance(index, int) else kind_of(index)
            raise BuildError(
                f"input {where} cannot be unlocked: the transaction has {len(inputs)} inputs"
            )
        if not isinstance(unlocking_bytecode, bytes):
            raise BuildError(f"unlocking bytecode must be bytes, not {kind_of(unlocking_bytecode)}")
        inputs[index] = replace(inputs[index], unlocking_bytecode=unlocking_bytecode)
        transaction = replace(self.transaction, inputs=tuple(inputs))
        return replace(self, transaction=transaction, verdict=None)
