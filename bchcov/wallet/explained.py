"""The error for a built transaction that is refused, explained by the input's unlocker."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import BuildRefused
from ..reasons import Problem, TransactionCheck
from ..validation.verdict import Verdict
from .unlockers import Explaining

__all__ = ["refused"]


def refused(verdict: Verdict, error: Problem, unlockers: Sequence[object]) -> BuildRefused:
    """Make the error, with contract, path, line and check if the unlocker can explain them."""
    index = error.input
    if error.check is TransactionCheck.SCRIPTS and index is not None:
        unlocker = unlockers[index]
        if isinstance(unlocker, Explaining):
            why = unlocker.explain_refusal(verdict.inputs[index])
            return BuildRefused(
                verdict,
                f"input {index}: {why.sentence}",
                contract=why.contract,
                path=why.path,
                line=why.line,
                check=why.check,
            )
    return BuildRefused(verdict, str(error))
