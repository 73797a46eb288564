"""Transactions and outputs described as JSON: what `bchcov decode` shows."""

from __future__ import annotations

from typing import Any

from ..assembly import disassemble
from ..script.patterns import pattern_name
from ..transaction.codec import encode_transaction, transaction_id
from ..transaction.model import Input, Output, Token, Transaction

__all__ = ["describe_output", "describe_transaction"]


def _describe_script(code: bytes) -> dict[str, Any]:
    return {"hex": code.hex(), "asm": disassemble(code), "size": len(code)}


def _describe_token(token: Token | None) -> dict[str, Any] | None:
    if token is None:
        return None
    return {
        "category": token.category_id,
        "amount": str(token.amount),
        "nft": token.nft
        and {
            "capability": token.nft.capability.name.lower(),
            "commitment": token.nft.commitment.hex(),
        },
    }


def _describe_input(item: Input) -> dict[str, Any]:
    return {
        "txid": item.outpoint_txid,
        "index": item.outpoint_index,
        "unlocking": _describe_script(item.unlocking_bytecode),
        "sequence": item.sequence,
    }


def describe_output(output: Output) -> dict[str, Any]:
    """Describe one output; the value in satoshis, the token amount as a decimal string."""
    return {
        "value": output.value,
        "pattern": pattern_name(output.locking_bytecode),
        "locking": _describe_script(output.locking_bytecode),
        "token": _describe_token(output.token),
    }


def describe_transaction(transaction: Transaction) -> dict[str, Any]:
    """Describe a transaction; txids and categories as they are displayed, sizes in bytes."""
    return {
        "txid": transaction_id(transaction),
        "size": len(encode_transaction(transaction)),
        "version": transaction.version,
        "locktime": transaction.locktime,
        "inputs": [_describe_input(item) for item in transaction.inputs],
        "outputs": [describe_output(output) for output in transaction.outputs],
    }
