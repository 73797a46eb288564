"""Assembling a transaction from selected coins, and unlocking its inputs."""

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
    """Build the transaction with an empty unlocking bytecode in every input; verify nothing."""
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

    Raises BuildError if an input cannot be unlocked, or if its unlocking bytecode is longer
    than the unlocker's `size`.
    """
    inputs = list(built.transaction.inputs)
    try:
        context = TransactionContext(built.transaction, built.source_outputs)
    except EncodeError as error:
        raise BuildError(str(error)) from error
    for index, spend in enumerate(spends):
        try:
            unlocking = spend.unlocker.unlock(context, index)
            expect_bytes(unlocking, "unlocking bytecode")
        except BchcovError as error:
            raise BuildError(f"input {index} cannot be unlocked: {error}") from error
        if len(unlocking) > spend.unlocker.size:
            raise BuildError(
                f"input {index} has an unlocking bytecode of {len(unlocking)} bytes,"
                f" its unlocker's size is {spend.unlocker.size}"
            )
        inputs[index] = replace(inputs[index], unlocking_bytecode=unlocking)
    return replace(built, transaction=replace(built.transaction, inputs=tuple(inputs)))
