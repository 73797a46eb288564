"""Transactions read from other programs' text, with the outputs they spend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NoReturn

from ..errors import DecodeError, EncodeError, FormatError
from ..transaction.codec import (
    decode_transaction,
    encode_transaction,
    transaction_hash,
    transaction_id,
)
from ..transaction.constants import NULL_OUTPOINT
from ..transaction.model import Output, Transaction
from ..wallet.coins import Coin
from .fields import Field

__all__ = ["ReadTransaction", "check_encoding", "check_identity", "is_coinbase", "read_encoded"]


@dataclass(frozen=True, slots=True)
class ReadTransaction:
    """A transaction and the outputs it spends, in the order of inputs; None for unknown outputs.

    `form` names the format it was read from, `advice` says how to obtain missing outputs, and
    `remarks` are sentences on what was corrected in reading.
    """

    transaction: Transaction
    source_outputs: tuple[Output | None, ...]
    form: str
    advice: str
    remarks: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[int, ...]:
        """The inputs whose spent output is unknown."""
        return tuple(at for at, output in enumerate(self.source_outputs) if output is None)

    @property
    def coins(self) -> tuple[Coin, ...]:
        """The coins that are spent. Raises FormatError if one is unknown."""
        return tuple(
            Coin(item.outpoint_hash, item.outpoint_index, output)
            for item, output in zip(self.transaction.inputs, self.require_sources(), strict=True)
        )

    def require_sources(self) -> tuple[Output, ...]:
        """Return the spent outputs. Raises FormatError, which names missing ones."""
        told = tuple(output for output in self.source_outputs if output is not None)
        if len(told) < len(self.source_outputs):
            self._refuse_missing()
        return told

    def _refuse_missing(self) -> NoReturn:
        if is_coinbase(self.transaction):
            raise FormatError("input 0: a coinbase spends no output", "inputs[0]")
        first, *more = self.missing
        also = f"; {len(more)} more inputs lack theirs" if len(more) > 1 else ""
        also = f"; input {more[0]} lacks its own too" if len(more) == 1 else also
        raise FormatError(f"input {first}: {self.advice}{also}", f"inputs[{first}]")

    def with_coins(self, coins: Iterable[Coin]) -> ReadTransaction:
        """Fill in missing outputs from the coins with their outpoints; other coins are ignored."""
        known = {coin.outpoint: coin.output for coin in coins}
        outputs = tuple(
            known.get((item.outpoint_hash, item.outpoint_index)) if output is None else output
            for item, output in zip(self.transaction.inputs, self.source_outputs, strict=True)
        )
        return replace(self, source_outputs=outputs)


def is_coinbase(transaction: Transaction) -> bool:
    """Whether a transaction is a coinbase, whose only input has the null outpoint."""
    inputs = transaction.inputs
    return len(inputs) == 1 and (inputs[0].outpoint_hash, inputs[0].outpoint_index) == NULL_OUTPOINT


def read_encoded(field: Field) -> Transaction:
    """Decode a transaction from a field in hexadecimal. Raises FormatError."""
    data = field.hexadecimal()
    try:
        return decode_transaction(data)
    except DecodeError as error:
        field.refuse(f"is not a transaction: {error}")


def check_encoding(transaction: Transaction, field: Field) -> int:
    """Return the size in bytes of a transaction made from fields. Raises FormatError."""
    try:
        return len(encode_transaction(transaction))
    except EncodeError as error:
        field.refuse(f"cannot be encoded: {error}")


def check_identity(transaction: Transaction, field: Field) -> None:
    """Raise FormatError if the field is present and is not the transaction's txid."""
    if not field.is_there:
        return
    told = field.reversed_hash()
    ours = transaction_hash(transaction)
    if told == ours:
        return
    if told == ours[::-1]:
        field.refuse("is the txid in the wire's byte order, not as it is displayed")
    field.refuse(f"is {told[::-1].hex()}, the transaction's is {transaction_id(transaction)}")
