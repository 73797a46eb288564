"""Which line of which contract refused a transaction."""

from __future__ import annotations

from collections.abc import Sequence

from ...contract import explain
from ...transaction.model import Output, Transaction
from ...validation.verdict import Verdict
from .scripts import Scripts

__all__ = ["explain_refusal"]


def explain_refusal(
    scripts: Scripts,
    transaction: Transaction,  # noqa: ARG001
    source_outputs: Sequence[Output],
    verdict: Verdict,
) -> str:
    """Say in a sentence why a transaction is refused: the input, the line, and the check.

    Where no contract of the pool refused it, what the verdict says.
    """
    error = verdict.error
    if error is None:
        return "accepted"
    if error.check != "scripts" or error.input is None:
        return str(error)
    locking = source_outputs[error.input].locking_bytecode
    for contract, bytecode in (
        (scripts.pool, scripts.pool_bytecode),
        (scripts.vault, scripts.vault_bytecode),
    ):
        if locking == bytecode:
            return f"input {error.input}: {explain(verdict.inputs[error.input], contract)}"
    return str(error)
