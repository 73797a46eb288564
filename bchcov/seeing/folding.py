"""Steps of a trace with loops and calls of functions folded, so that long ones can be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from ..script.opcodes import Op
from ..vm.steps import Steps

__all__ = ["Fold", "call_end", "folded", "loop_rounds"]


@dataclass(frozen=True, slots=True)
class Fold:
    """Steps from `first` up to, but not including, `end` that are not shown, and what they are."""

    first: int
    end: int
    text: str
    depth: int


def folded(
    steps: Steps, first: int, end: int, *, calls: bool, loops: bool, keep: int = -1
) -> Iterator[int | Fold]:
    """Yield the numbers of steps, and folds in place of functions or of rounds of a loop.

    `calls` and `loops` say what is folded, besides branches that are not taken. Of a loop the
    first and the last round stay. What contains the step `keep` is not folded.
    """
    at = first
    while at < end:
        untaken = _untaken_end(steps, at, end)
        if untaken - at > 2 and not at <= keep < untaken:
            said = f"{untaken - at:,} instructions of a branch that is not taken"
            yield Fold(at, untaken, said, steps.flow(at).depth)
            at = untaken
            continue
        yield at
        opcode = steps.opcode(at)
        if calls and opcode in (Op.OP_INVOKE, Op.OP_EVAL):
            after = min(call_end(steps, at), end)
            if after > at + 1 and not at < keep < after:
                depth = steps.flow(at).depth + 1
                yield Fold(at + 1, after, f"a function of {after - at - 1:,} steps", depth)
                at = after
                continue
        if loops and opcode == Op.OP_BEGIN and steps.flow(at).executing:
            rounds = loop_rounds(steps, at, end)
            if len(rounds) > 4:
                inside = partial(folded, steps, calls=calls, loops=loops, keep=keep)
                yield from inside(rounds[0], rounds[1])
                left_out, depth = len(rounds) - 3, steps.flow(at).depth + 1
                last = rounds[-2]
                more = f"{left_out:,} more rounds"
                if rounds[1] <= keep < last:
                    yield from inside(rounds[1], last)
                else:
                    said = f"{more} of the loop, {last - rounds[1]:,} steps"
                    yield Fold(rounds[1], last, said, depth)
                yield from inside(last, rounds[-1])
                at = rounds[-1]
                continue
        at += 1


def _untaken_end(steps: Steps, at: int, end: int) -> int:
    """Return where the steps end, from `at` on, that are not executed."""
    phase = steps.flow(at).phase
    while at < end and not steps.flow(at).executing and steps.flow(at).phase == phase:
        at += 1
    return at


def call_end(steps: Steps, at: int) -> int:
    """Return the number of the first step after the function that a step calls."""
    if at + 1 >= len(steps):
        return at + 1
    outer, phase = len(steps.flow(at).calls), steps.flow(at).phase
    number = at + 1
    while number < len(steps):
        flow = steps.flow(number)
        if len(flow.calls) <= outer or flow.phase != phase:
            return number
        number += 1
    return number


def loop_rounds(steps: Steps, at: int, end: int) -> list[int]:
    """Return where the rounds of the loop begin that a step opens, and at last where it ends."""
    begun = steps.flow(at)
    calls, level, phase = len(begun.calls), len(begun.control), begun.phase
    rounds = [at + 1]
    number = at + 1
    while number < end:
        flow = steps.flow(number)
        is_inside = flow.phase == phase and (
            len(flow.calls) > calls or (len(flow.calls) == calls and len(flow.control) > level)
        )
        if not is_inside:
            break
        is_until = steps.opcode(number) == Op.OP_UNTIL
        number += 1
        if is_until and len(flow.calls) == calls and len(flow.control) == level + 1:
            if number < end and _is_round(steps, number, calls, level, phase):
                rounds.append(number)
            else:
                break
    rounds.append(number)
    return rounds


def _is_round(steps: Steps, number: int, calls: int, level: int, phase: int) -> bool:
    flow = steps.flow(number)
    return flow.phase == phase and len(flow.calls) == calls and len(flow.control) == level + 1
