"""Finding the line and check of a pool's contract that refused a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..contract import Contract, Refusal, find_refusal
from ..errors import BuildRefused
from ..reasons import TransactionCheck
from ..transaction.model import Output, Transaction
from ..validation.verdict import Verdict

__all__ = ["RunningScripts", "build_refused", "explain_refusal"]


class RunningScripts(Protocol):
    """The scripts of a pool of either profile, which know what runs when an output is spent."""

    def contracts_in(self, output: Output, unlocking_bytecode: bytes) -> Sequence[Contract]: ...


def _find(
    scripts: RunningScripts,
    transaction: Transaction,
    source_outputs: Sequence[Output],
    verdict: Verdict,
) -> Refusal:
    error = verdict.error
    if error is None:
        return Refusal("accepted")
    if error.check is not TransactionCheck.SCRIPTS or error.input is None:
        return Refusal(str(error))
    unlocking = transaction.inputs[error.input].unlocking_bytecode
    contracts = scripts.contracts_in(source_outputs[error.input], unlocking)
    if not contracts:
        return Refusal(str(error))
    found = find_refusal(verdict.inputs[error.input], *contracts)
    return Refusal(f"input {error.input}: {found}", found.places)


def explain_refusal(
    scripts: RunningScripts,
    transaction: Transaction,
    source_outputs: Sequence[Output],
    verdict: Verdict,
) -> str:
    """Say in a sentence why a transaction is refused: the input, the line, and the check.

    If no contract of the pool refused it, the sentence is the verdict's problem.
    """
    return _find(scripts, transaction, source_outputs, verdict).sentence


def build_refused(
    scripts: RunningScripts,
    transaction: Transaction,
    source_outputs: Sequence[Output],
    verdict: Verdict,
) -> BuildRefused:
    """Make the error for a built transaction that is refused, with the named check."""
    refusal = _find(scripts, transaction, source_outputs, verdict)
    place = refusal.place
    if place is None:
        return BuildRefused(verdict, refusal.sentence)
    check = None if place.check is None else place.check.name
    return BuildRefused(
        verdict, refusal.sentence, contract=place.source, line=place.line, check=check
    )
