"""Where an input fails: the instruction, the state before it, and what it looked at."""

from __future__ import annotations

from dataclasses import dataclass

from ..contract.origin import find_final_producer
from ..reasons import Reason
from ..script.opcodes import Op
from ..transaction.context import TransactionContext
from ..vm.result import InputResult
from ..vm.steps import TraceStep
from ..vm.trace import Trace
from .makers import MakersOf
from .names import Names
from .spending import Spending

__all__ = ["Failing", "find_failing"]


@dataclass(frozen=True, slots=True)
class Failing:
    """A refused input: its trace, and the step that decided it.

    `step` is the instruction that failed or, where the scripts ran to their end, the one that
    made the false item; None if there is none, as for a script that is too long. `is_end` says
    which. `makers` are those of
    all items, and `maker` is the step that made the item which it found to be false.
    """

    spending: Spending
    index: int
    trace: Trace
    step: TraceStep | None
    is_end: bool
    names: Names
    makers: MakersOf
    maker: TraceStep | None = None

    @property
    def result(self) -> InputResult:
        """The result of the input."""
        return self.trace.result

    @property
    def context(self) -> TransactionContext:
        """The transaction as its scripts see it."""
        return self.spending.context

    @property
    def opcode(self) -> int | None:
        """The opcode of the step."""
        return None if self.step is None else self.step.opcode

    @property
    def stack(self) -> tuple[bytes, ...]:
        """The stack before the step, or the one at the end; the top last."""
        return self.result.stack if self.step is None else self.step.stack

    @property
    def alt_stack(self) -> tuple[bytes, ...]:
        """The alternate stack before the step, or the one at the end; the top last."""
        return self.result.alt_stack if self.step is None else self.step.alt_stack

    @property
    def compared(self) -> tuple[bytes, bytes] | None:
        """The two items that the step compared, the top last; None if it compares none."""
        comparing = (Op.OP_EQUAL, Op.OP_EQUALVERIFY, Op.OP_NUMEQUAL, Op.OP_NUMEQUALVERIFY)
        step = self.maker or self.step
        if step is None or step.opcode not in comparing or len(step.stack) < 2:
            return None
        return step.stack[-2], step.stack[-1]

    @property
    def operands(self) -> tuple[bytes, ...]:
        """What the maker took to make the false item, the top last."""
        if self.maker is None:
            return ()
        operation = self.spending.rules.operations.get(self.maker.opcode)
        takes = 0 if operation is None else operation.takes
        return self.maker.stack[len(self.maker.stack) - takes :]


def find_failing(spending: Spending, index: int, names: Names) -> Failing:
    """Run an input again that is refused, and find the step that decided it."""
    trace = spending.trace(index)
    result, makers = trace.result, MakersOf(trace)
    if result.code is not None:
        step = trace.failing
        maker = None
        if step is not None and step.opcode == Op.OP_VERIFY:
            maker = makers.maker(step.number, 0)
        return Failing(spending, index, trace, step, False, names, makers, maker)
    step = _producer(trace) if result.reason is Reason.EVAL_FALSE else None
    return Failing(spending, index, trace, step, True, names, makers)


def _producer(trace: Trace) -> TraceStep | None:
    """Find the step that made the false item: the last time that this instruction ran."""
    end = find_final_producer(trace.result)
    if end is None or end[0] is None:
        return None
    place = end[0].code, end[0].offset
    steps = trace.steps
    for number in reversed(range(len(steps))):
        step = steps[number]
        if (step.code, step.offset) == place and step.executed:
            return step
    return None
