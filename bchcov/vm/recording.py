"""Recording every evaluation of this process, whoever asks for it: for coverage of a test run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from ..transaction.context import TransactionContext
from .machine import Machine, Observer
from .program import Program
from .result import InputResult
from .rules.ruleset import RuleSet

__all__ = ["RECORDERS", "Recorder", "evaluate_recorded", "recording", "unrecorded"]

Evaluate = Callable[[TransactionContext, int, RuleSet, Observer | None], InputResult]


class Recorder(Protocol):
    """Sees each instruction of an evaluation before it runs, and then the result."""

    def observe(self, vm: Machine, program: Program, position: int) -> None:
        """See the instruction that is about to run."""
        ...

    def end(self, result: InputResult) -> None:
        """See the result of the evaluation; what is evaluated meanwhile is not recorded."""
        ...


RECORDERS: list[Recorder] = []
"""The recorders of this process; empty except within `recording`."""


@contextmanager
def recording(recorder: Recorder) -> Iterator[None]:
    """Show a recorder every input that this process evaluates within the block."""
    RECORDERS.append(recorder)
    try:
        yield
    finally:
        RECORDERS.remove(recorder)


@contextmanager
def unrecorded() -> Iterator[None]:
    """Record nothing within the block: what runs again, to be explained, has been seen."""
    recorders = list(RECORDERS)
    RECORDERS.clear()
    try:
        yield
    finally:
        RECORDERS[:] = recorders


def evaluate_recorded(
    evaluate: Evaluate,
    context: TransactionContext,
    index: int,
    rules: RuleSet,
    observe: Observer | None,
) -> InputResult:
    """Evaluate an input and show it to the recorders; the result is the same as without them."""
    recorders = list(RECORDERS)
    observers: list[Observer] = [each.observe for each in recorders]
    if observe is not None:
        observers.append(observe)

    def observe_all(vm: Machine, program: Program, position: int) -> None:
        for each in observers:
            each(vm, program, position)

    result = evaluate(context, index, rules, observe_all)
    # A recorder may run the input again, to explain it.
    with unrecorded():
        for each in recorders:
            each.end(result)
    return result
