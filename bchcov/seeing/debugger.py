"""A debugger of one input: forwards and backwards through the steps of its trace."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import CommandError
from ..script.opcodes import Op
from ..vm.steps import TraceStep
from ..vm.trace import Trace
from .breakpoints import Breakpoint, Places, parse_breakpoint
from .expressions import Expression, parse_expression
from .folding import call_end, loop_rounds
from .makers import MakersOf
from .names import Names, name_values
from .spending import Spending

__all__ = ["Debugger"]


@dataclass(slots=True)
class Debugger:
    """Stands before a step of one input's run; `number` counts the steps from 0.

    `last` is where it goes no further: before the instruction that fails, or behind the last
    step, where `step` is None. Each move says whether it moved.
    """

    spending: Spending
    index: int
    trace: Trace = field(init=False, repr=False)
    names: Names = field(init=False, repr=False)
    places: Places = field(init=False, repr=False)
    makers: MakersOf = field(init=False, repr=False)
    number: int = 0
    last: int = field(init=False)
    breakpoints: list[Breakpoint] = field(default_factory=list)
    watches: list[Expression] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.trace = self.spending.trace(self.index)
        self.names = name_values(self.spending)
        self.places = Places(self.spending)
        self.makers = MakersOf(self.trace)
        failing = self.trace.failing
        self.last = len(self.trace) if failing is None else failing.number

    @property
    def step(self) -> TraceStep | None:
        """The step that is about to run, None at the end."""
        return self.trace.steps[self.number] if self.number < len(self.trace) else None

    @property
    def stack(self) -> tuple[bytes, ...]:
        """The stack as it is now, the top last."""
        step = self.step
        return self.trace.result.stack if step is None else step.stack

    @property
    def alt_stack(self) -> tuple[bytes, ...]:
        """The alternate stack as it is now, the top last."""
        step = self.step
        return self.trace.result.alt_stack if step is None else step.alt_stack

    @property
    def is_failing(self) -> bool:
        """Whether the instruction that fails is about to run."""
        failing = self.trace.failing
        return failing is not None and self.number == failing.number

    def go_to(self, number: int) -> bool:
        """Go before a step, or to the nearest end of the run."""
        before, self.number = self.number, max(0, min(number, self.last))
        return self.number != before

    def forward(self, count: int = 1) -> bool:
        """Run so many instructions."""
        return self.go_to(self.number + count)

    def back(self, count: int = 1) -> bool:
        """Take so many instructions back."""
        return self.go_to(self.number - count)

    def over(self) -> bool:
        """Run an instruction with the whole function that it calls, or loop that it begins."""
        steps, at = self.trace.steps, self.number
        if at >= len(steps):
            return False
        opcode = steps.opcode(at)
        if opcode in (Op.OP_INVOKE, Op.OP_EVAL):
            return self.go_to(call_end(steps, at))
        if opcode == Op.OP_BEGIN and steps.flow(at).executing:
            return self.go_to(loop_rounds(steps, at, len(steps))[-1])
        return self.forward()

    def back_over(self) -> bool:
        """Take an instruction back; of a function or a loop that has just ended, all of it."""
        steps, at = self.trace.steps, self.number - 1
        if at < 0:
            return False
        if self.number < len(steps) and steps.phase(at) == steps.phase(self.number):
            here = steps.flow(self.number)
            calls, level = len(here.calls), len(here.control)
            while at > 0 and len(steps.flow(at).calls) > calls:
                at -= 1
            if steps.opcode(at) == Op.OP_UNTIL and len(steps.flow(at).control) > level:
                while at > 0 and (
                    len(steps.flow(at).calls) > calls or len(steps.flow(at).control) > level
                ):
                    at -= 1
        return self.go_to(at)

    def out(self) -> bool:
        """Run to the end of the innermost loop, or else of the function, or else of the script."""
        steps, at = self.trace.steps, self.number
        if at >= len(steps):
            return False
        here = steps.flow(at)
        loops = [depth for depth, mark in enumerate(here.control) if type(mark) is int]
        number = at + 1
        while number < self.last:
            flow = steps.flow(number)
            if flow.phase != here.phase or len(flow.calls) < len(here.calls):
                break
            is_same = len(flow.calls) == len(here.calls)
            if loops and is_same and len(flow.control) <= loops[-1]:
                break
            number += 1
        return self.go_to(number)

    def to_breakpoint(self) -> bool:
        """Run to the next breakpoint, or to the end."""
        number = self.number + 1
        while number < self.last and not self.stops_at(number):
            number += 1
        return self.go_to(number)

    def back_to_breakpoint(self) -> bool:
        """Go back to the breakpoint before, or to the beginning."""
        number = self.number - 1
        while number > 0 and not self.stops_at(number):
            number -= 1
        return self.go_to(number)

    def stops_at(self, number: int) -> bool:
        """Whether a step is one of the breakpoints."""
        steps = self.trace.steps
        return number < len(steps) and any(each.matches(steps, number) for each in self.breakpoints)

    def to_failing(self) -> bool:
        """Go before the instruction that fails, or to the end of what is accepted."""
        return self.go_to(self.last)

    def add_breakpoint(self, text: str) -> Breakpoint:
        """Add a breakpoint, as it is written. Raises CommandError."""
        made = parse_breakpoint(text, self.places)
        self.breakpoints.append(made)
        return made

    def remove_breakpoint(self, number: int) -> None:
        """Remove a breakpoint by its number from 1. Raises CommandError."""
        if not 1 <= number <= len(self.breakpoints):
            raise CommandError(
                f"there is no breakpoint {number}: there are {len(self.breakpoints)}"
            )
        del self.breakpoints[number - 1]

    def watch(self, text: str) -> Expression:
        """Add an expression to the watch list. Raises CommandError."""
        made = parse_expression(text)
        self.watches.append(made)
        return made

    def unwatch(self, number: int) -> None:
        """Remove an expression of the watch list by its number from 1. Raises CommandError."""
        if not 1 <= number <= len(self.watches):
            raise CommandError(f"there is no watch {number}: there are {len(self.watches)}")
        del self.watches[number - 1]

    def maker(self, depth: int = 0) -> TraceStep | None:
        """Find the step that made the item at `depth`, 0 for the top."""
        return self.makers.maker(self.number, depth)

    def to_maker(self, depth: int = 0) -> bool:
        """Go before the instruction that made the item at `depth`. Raises CommandError."""
        if not 0 <= depth < len(self.stack):
            raise CommandError(f"there is no item {depth}: the stack has {len(self.stack)}")
        found = self.maker(depth)
        if found is None:
            raise CommandError(f"item {depth} was there before the first step")
        return self.go_to(found.number)
