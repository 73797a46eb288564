"""Which step made each item of the stack, followed forwards through a whole run."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..script.opcodes import Op
from ..vm.steps import Steps, TraceStep
from ..vm.trace import Trace
from .made import came_from, changed_from

__all__ = ["Makers", "MakersOf"]

_EVERY = 256


@dataclass(slots=True)
class Makers:
    """The makers of the items on the stack, the top last, as a run goes on step by step.

    They are the numbers of steps, -1 for what was there before the first one.
    """

    steps: Steps
    items: list[int] = field(init=False)
    _alt: list[int] = field(default_factory=list)
    _unlocked: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.items = [-1] * len(self.steps.stack(0)) if self.steps else []

    def copy(self) -> Makers:
        """Copy what changes as a run goes on."""
        made = Makers(self.steps, list(self._alt), list(self._unlocked))
        made.items = list(self.items)
        return made

    def follow(self, number: int, after: int) -> None:
        """Go over step `number`, which leaves so many items."""
        steps, items = self.steps, self.items
        phase = steps.phase(number)
        next_phase = steps.phase(number + 1) if number + 1 < len(steps) else phase
        opcode, flow = steps.opcode(number), steps.flow(number)
        if next_phase == "redeem" != phase:
            # What was pushed runs again, without the script itself.
            items[:] = self._unlocked[:after]
        elif flow.executing:
            if opcode == Op.OP_FROMALTSTACK and self._alt:
                items.append(self._alt.pop())
            else:
                if opcode == Op.OP_TOALTSTACK and items:
                    self._alt.append(items[-1])
                self._move(number, opcode, after)
        if next_phase != phase:
            self._alt.clear()
            if phase == "unlocking":
                self._unlocked = list(items)

    def _move(self, number: int, opcode: int, after: int) -> None:
        stack, items = self.steps.stack(number), self.items
        first = changed_from(opcode, stack, after, self.steps.gives.get(opcode))
        made = []
        for place in range(first, after):
            came = came_from(opcode, stack, place, after)
            if came is None:
                made.append(number)
            else:
                # What is not kept of a run may have left other items.
                made.append(items[came] if came < len(items) else -1)
        items[first:] = made


class MakersOf:
    """The makers of the items at any point of a trace; the way there is gone once."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._stops = [Makers(trace.steps)]

    def before(self, number: int) -> list[int]:
        """Return the makers of the stack before a step, or at the end; the top comes last."""
        while len(self._stops) <= number // _EVERY:
            begin = (len(self._stops) - 1) * _EVERY
            self._stops.append(self._followed(begin, begin + _EVERY))
        return self._followed(number - number % _EVERY, number).items

    def _followed(self, begin: int, end: int) -> Makers:
        trace, made = self._trace, self._stops[begin // _EVERY].copy()
        for number in range(begin, end):
            is_last = number + 1 == len(trace.steps)
            stack = trace.result.stack if is_last else trace.steps.stack(number + 1)
            made.follow(number, len(stack))
        return made

    def maker(self, number: int, depth: int) -> TraceStep | None:
        """Return the step that made the item at `depth`, 0 for the top, before a step.

        None for what was there before the first step, and where there is no such item.
        """
        trace = self._trace
        if number == len(trace.steps) and (trace.omitted or trace.failing is not None):
            return None
        makers = self.before(number)
        made = makers[-1 - depth] if depth < len(makers) else -1
        return trace.steps[made] if made >= 0 else None
