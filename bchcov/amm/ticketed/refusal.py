"""Which line of which contract refused a transaction."""

from __future__ import annotations

from collections.abc import Sequence

from ...contract import Contract, explain
from ...transaction.model import Output, Transaction
from ...validation.verdict import Verdict
from .scripts import Scripts

__all__ = ["explain_refusal"]


def _contracts(scripts: Scripts, output: Output, unlocking: bytes) -> list[Contract]:
    """The contracts that may run in an input, the one that ends the run first."""
    locking = output.locking_bytecode
    if locking == scripts.pool_bytecode:
        runs_queue = scripts.queue.code in unlocking
        return [scripts.queue, scripts.pool] if runs_queue else [scripts.pool]
    if locking == scripts.vault_bytecode:
        return [scripts.vault, scripts.owner]
    ticket, order = scripts.read_ticket(locking), scripts.read_order(locking)
    if ticket is not None:
        return [scripts.ticket_contract(*ticket)]
    return [] if order is None else [scripts.order_contract(*order)]


def explain_refusal(
    scripts: Scripts,
    transaction: Transaction,
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
    unlocking = transaction.inputs[error.input].unlocking_bytecode
    contracts = _contracts(scripts, source_outputs[error.input], unlocking)
    return f"input {error.input}: {explain(verdict.inputs[error.input], *contracts)}"
