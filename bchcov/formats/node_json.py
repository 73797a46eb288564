"""Reading and writing transactions in a node's JSON: `getrawtransaction`, `decoderawtransaction`.

Each input has its spent output, either in a field `prevout` (`getblock`, verbosity 3) or beside
the outpoint (`getrawtransaction`, verbosity 2).
Source: Bitcoin Cash Node 29, src/core_write.cpp, TransactionToUniv; src/rpc/blockchain.cpp.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..encoding.addresses import check_network
from ..encoding.networks import ADDRESS_PREFIXES
from ..errors import EncodeError
from ..transaction.codec import encode_transaction, transaction_id
from ..transaction.constants import COIN, MAX_UINT32, NULL_OUTPOINT
from ..transaction.fields import check_outputs
from ..transaction.model import Input, Output, Transaction
from ..wallet.coins import Coin
from .fields import Field
from .node_scripts import describe_locking, describe_spent, node_assembly
from .read_transaction import (
    ReadTransaction,
    check_encoding,
    check_identity,
    is_coinbase,
    read_encoded,
)
from .token_data import read_token_data, write_token_data

__all__ = ["read_node_json", "read_txout", "to_node_json"]

FORM = "node JSON"
_ADVICE = "prevout is missing: ask getrawtransaction with verbosity 2"


@dataclass(frozen=True, slots=True)
class _Amount:
    """An amount in satoshis, written in BCH with eight decimals."""

    satoshis: int

    def __str__(self) -> str:
        whole, part = divmod(abs(self.satoshis), COIN)
        return f"{'-' if self.satoshis < 0 else ''}{whole}.{part:08}"


def read_node_json(data: object) -> ReadTransaction:
    """Read the answer of `getrawtransaction` or `decoderawtransaction`, decoded from JSON.

    The transaction is decoded from `hex`. If that is missing, it is made from the other fields
    and checked against `txid`. Raises FormatError, which names the wrong field.
    """
    return node_transaction(Field(data))


def node_transaction(found: Field) -> ReadTransaction:
    """Read a transaction from a field, as `read_node_json` does."""
    inputs = tuple(found.get("vin").items())
    encoded = found.get("hex")
    if not any(found.get(name).is_there for name in ("hex", "txid", "hash")):
        found.refuse('has neither "hex" nor "txid": nothing tells whether its fields are all')
    transaction = read_encoded(encoded) if encoded.is_there else _rebuilt(found, inputs)
    check_identity(transaction, found.get("txid"))
    check_identity(transaction, found.get("hash"))
    if encoded.is_there:
        _check_inputs(transaction, found.get("vin"), inputs)
    return ReadTransaction(transaction, tuple(map(_read_spent, inputs)), FORM, _ADVICE)


def _check_inputs(transaction: Transaction, listed: Field, inputs: Sequence[Field]) -> None:
    """Check that `vin` lists the inputs of `hex`, since spent outputs are matched by position."""
    if len(inputs) != len(transaction.inputs):
        listed.refuse(f"lists {len(inputs)} inputs, the transaction has {len(transaction.inputs)}")
    for field, item in zip(inputs, transaction.inputs, strict=True):
        if _read_outpoint(field) != (item.outpoint_hash, item.outpoint_index):
            field.refuse(
                "does not spend what input"
                f" {inputs.index(field)} spends: {item.outpoint_txid}:{item.outpoint_index}"
            )


def _read_outpoint(field: Field) -> tuple[bytes, int]:
    if field.get("coinbase").is_there:
        return NULL_OUTPOINT
    return field.get("txid").reversed_hash(), field.get("vout").number(MAX_UINT32)


def _read_input(field: Field) -> Input:
    coinbase = field.get("coinbase")
    unlocking = coinbase if coinbase.is_there else field.get("scriptSig").get("hex")
    return Input(
        *_read_outpoint(field), unlocking.hexadecimal(), field.get("sequence").number(MAX_UINT32)
    )


def _read_output(field: Field) -> Output:
    return Output(
        field.get("value").satoshis(),
        field.get("scriptPubKey").get("hex").hexadecimal(),
        read_token_data(field.get("tokenData")),
    )


def _read_spent(field: Field) -> Output | None:
    nested = field.get("prevout")
    if nested.is_there:
        return _read_output(nested)
    return _read_output(field) if field.get("scriptPubKey").is_there else None


def _rebuilt(found: Field, inputs: Sequence[Field]) -> Transaction:
    version, shown = found.get("version"), found.get("version").value
    # Nodes show a version from 2**31 on as a negative number.
    if isinstance(shown, int) and -(2**31) <= shown < 0:
        version = Field(shown + 2**32, version.path)
    outputs = []
    for at, field in enumerate(found.get("vout").items()):
        if field.get("n").is_there and field.get("n").value != at:
            field.get("n").refuse(f"is not {at}: the outputs stand in their order")
        outputs.append(_read_output(field))
    transaction = Transaction(
        tuple(map(_read_input, inputs)),
        tuple(outputs),
        version.number(MAX_UINT32),
        found.get("locktime").number(MAX_UINT32),
    )
    size = found.get("size")
    made = check_encoding(transaction, found)
    if size.is_there and size.value != made:
        size.refuse(f"is {str(size.value)[:40]}, the fields make {made} bytes")
    return transaction


def read_txout(data: object, txid: str, index: int) -> Coin:
    """Read the answer of `gettxout` for a txid in displayed order and an index.

    Raises FormatError, which names the wrong field, and also for null, the answer for an output
    that is spent or does not exist.
    """
    outpoint = Field(txid, "txid").reversed_hash(), Field(index, "index").number(MAX_UINT32)
    found = Field(data)
    if not found.is_there:
        found.refuse(f"is null: {txid}:{index} is spent, or was never there")
    return Coin(*outpoint, _read_output(found))


def to_node_json(
    transaction: Transaction,
    source_outputs: Sequence[Output] | None = None,
    *,
    network: str = "mainnet",
) -> str:
    """Write a transaction as the JSON text of `getrawtransaction` with verbosity 2.

    Without spent outputs it is that of verbosity 1. Addresses are those of `network`. Raises
    EncodeError if the numbers of spent outputs and inputs differ, and for values without an
    encoding.
    """
    check_network(network)
    encoded = encode_transaction(transaction)
    spent: Sequence[Output | None] = [None] * len(transaction.inputs)
    if source_outputs is not None:
        check_outputs(source_outputs, "source output")
        spent = source_outputs
        if is_coinbase(transaction):
            raise EncodeError("a coinbase spends no output: leave the spent outputs out")
        if len(spent) != len(transaction.inputs):
            raise EncodeError(f"{len(spent)} spent outputs, {len(transaction.inputs)} inputs")
    prefix = ADDRESS_PREFIXES[network]
    txid = transaction_id(transaction)
    signed = transaction.version - (2**32 if transaction.version >= 2**31 else 0)
    written: dict[str, Any] = {
        "txid": txid,
        "hash": txid,
        "version": signed,
        "size": len(encoded),
        "locktime": transaction.locktime,
        "vin": [
            {"coinbase": item.unlocking_bytecode.hex(), "sequence": item.sequence}
            if is_coinbase(transaction)
            else _write_input(item, output, prefix)
            for item, output in zip(transaction.inputs, spent, strict=True)
        ],
        "vout": [
            {
                "value": _Amount(output.value),
                "n": at,
                "scriptPubKey": describe_locking(output.locking_bytecode, prefix),
                **_tokens(output),
            }
            for at, output in enumerate(transaction.outputs)
        ],
    }
    if source_outputs:
        paid = sum(each.value for each in transaction.outputs)
        written["fee"] = _Amount(sum(each.value for each in source_outputs) - paid)
    written["hex"] = encoded.hex()
    return "".join(_pieces(written, "\n"))


def _tokens(output: Output) -> dict[str, Any]:
    return {} if output.token is None else {"tokenData": write_token_data(output.token)}


def _write_input(item: Input, spent: Output | None, prefix: str) -> dict[str, Any]:
    assembly = node_assembly(item.unlocking_bytecode, unlocking=True)
    written: dict[str, Any] = {
        "txid": item.outpoint_txid,
        "vout": item.outpoint_index,
        "scriptSig": {"asm": assembly, "hex": item.unlocking_bytecode.hex()},
    }
    if spent is not None:
        written["value"] = _Amount(spent.value)
        written["scriptPubKey"] = describe_spent(spent.locking_bytecode, prefix)
        written.update(_tokens(spent))
    written["sequence"] = item.sequence
    return written


def _pieces(value: Any, margin: str) -> Iterator[str]:
    """Yield JSON text, indented by two spaces, in pieces."""
    inner = margin + "  "
    if isinstance(value, (dict, list)) and value:
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        named = value.items() if isinstance(value, dict) else ((None, each) for each in value)
        for name, each in named:
            yield opening + inner + ("" if name is None else f"{json.dumps(name)}: ")
            yield from _pieces(each, inner)
            opening = ","
        yield margin + closing
    else:
        yield str(value) if isinstance(value, _Amount) else json.dumps(value)
