"""The functions and loops that a step is inside of, in words."""

from __future__ import annotations

from collections.abc import Iterator

from ..vm.steps import Steps, TraceStep
from .listing import instructions_of

__all__ = ["inside_of"]


def inside_of(steps: Steps, step: TraceStep) -> Iterator[str]:
    """Yield what a step is inside of, the innermost first: rounds of loops, and calls."""
    rounds = _rounds(steps, step)
    if rounds:
        yield f"in round {rounds:,} of a loop"
    for depth, call in reversed(list(enumerate(step.calls))):
        told = instructions_of(call.code)
        offset, text = told[call.position - 1]
        where = f"the {step.phase} bytecode" if depth == 0 else "another function"
        looping = ", in a loop" if any(type(each) is int for each in call.control) else ""
        yield f"in a function that is called by {text} at byte {offset} of {where}{looping}"


def _rounds(steps: Steps, step: TraceStep) -> int:
    """Count the rounds of the innermost loop of the running script; 0 outside of one."""
    marks = [each for each in step.control if type(each) is int]
    if not marks:
        return 0
    begins, count = marks[-1], 0
    for number in reversed(range(step.number + 1)):
        code, position = steps.place(number)[0], steps.position(number)
        if code != step.code or len(steps.flow(number).calls) != len(step.calls):
            continue
        if position == begins:
            count += 1
        elif position == begins - 1:
            break
    return count
