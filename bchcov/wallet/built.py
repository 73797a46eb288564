"""A transaction that a builder has made, with what it spends and pays."""

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
    """A transaction with the outputs it spends, its fee, and the engine's verdict on it.

    `verdict` is None where nothing was checked; `network` is that of its builder.
    """

    transaction: Transaction
    source_outputs: tuple[Output, ...]
    fee: int
    verdict: Verdict | None
    network: str = "mainnet"

    @property
    def encoded(self) -> bytes:
        """The bytes that nodes take."""
        return encode_transaction(self.transaction)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.encoded)

    @property
    def txid(self) -> str:
        """Its txid as it is displayed."""
        return transaction_id(self.transaction)

    def coin(self, index: int) -> Coin:
        """Output `index` as a coin. Raises BuildError where there is none."""
        return Coin.of(self.transaction, index)

    @property
    def coins(self) -> tuple[Coin, ...]:
        """Every output as a coin."""
        return Coin.all_of(self.transaction)

    def unlock(self, index: int, unlocking_bytecode: bytes) -> BuiltTransaction:
        """Put the unlocking bytecode into input `index`; the verdict is then None.

        Raises BuildError for an input that is not there and for what is no bytes.
        """
        inputs = list(self.transaction.inputs)
        if not isinstance(index, int) or not 0 <= index < len(inputs):
            where = shown(index) if isinstance(index, int) else kind_of(index)
            raise BuildError(f"input {where}: the transaction has {len(inputs)} inputs")
        if not isinstance(unlocking_bytecode, bytes):
            raise BuildError(f"an unlocking bytecode is bytes, not {kind_of(unlocking_bytecode)}")
        inputs[index] = replace(inputs[index], unlocking_bytecode=unlocking_bytecode)
        transaction = replace(self.transaction, inputs=tuple(inputs))
        return replace(self, transaction=transaction, verdict=None)
