"""Transactions assembled from selected coins, and their inputs unlocked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..encoding.expected import expect_bytes
from ..errors import BchcovError, BuildError, EncodeError
from ..transaction.context import TransactionContext
from ..transaction.model import Input, Output, Transaction
from .balance import Spend
from .built import BuiltTransaction

__all__ = ["assemble_spends", "unlock_inputs"]


def assemble_spends(
    spends: Sequence[Spend],
    outputs: Sequence[Output],
    *,
    version: int,
    locktime: int,
    network: str,
) -> BuiltTransaction:
    """Make the transaction with empty unlocking bytecode in every input, unverified."""
    inputs = tuple(
        Input(spend.coin.outpoint_hash, spend.coin.outpoint_index, b"", spend.sequence)
        for spend in spends
    )
    sources = tuple(spend.coin.output for spend in spends)
    transaction = Transaction(inputs, tuple(outputs), version, locktime)
    fee = sum(output.value for output in sources) - sum(output.value for output in outputs)
    return BuiltTransaction(transaction, sources, fee, None, network)


def unlock_inputs(built: BuiltTransaction, spends: Sequence[Spend]) -> BuiltTransaction:
    """Unlock each input with the unlocker of its spend.

    Raises BuildError for an input that cannot be unlocked, or that takes more bytes than its
    unlocker announced.
    """
    inputs = list(built.transaction.inputs)
    try:
        context = TransactionContext(built.transaction, built.source_outputs)
    except EncodeError as error:
        raise BuildError(str(error)) from error
    for index, spend in enumerate(spends):
        try:
            unlocking = spend.unlocker.unlock(context, index)
            expect_bytes(unlocking, "what its unlocker makes")
        except BchcovError as error:
            raise BuildError(f"input {index} cannot be unlocked: {error}") from error
        if len(unlocking) > spend.unlocker.size:
            raise BuildError(
                f"input {index} is unlocked by {len(unlocking)} bytes,"
                f" its unlocker had announced {spend.unlocker.size}"
            )
        inputs[index] = replace(inputs[index], unlocking_bytecode=unlocking)
    return replace(built, transaction=replace(built.transaction, inputs=tuple(inputs)))
