"""The stack machine: its state, and the loop that runs a program."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import Reason, ScriptError
from ..script.numbers import (
    describe_number,
    encode_number,
    number_decoder,
    range_reason,
)
from ..transaction.context import TransactionContext
from .program import Program
from .rules.limits import UNLIMITED
from .rules.ruleset import RuleSet

__all__ = ["CALLED", "Machine", "Observer"]

CALLED = UNLIMITED
"""Where a step goes on to that has called a function: behind the end of every program."""

Frame = tuple["Program", int, list[bool | int], bytes, int]
Observer = Callable[["Machine", "Program", int], None]
"""Called before each instruction with the machine, the program and the position in it."""


class Machine:
    """The state shared by all phases of one input's evaluation.

    `op_cost`, `hash_iterations`, `signature_checks` and `instructions` only grow.
    `control` belongs to the script that runs: a bool per open OP_IF, and per open
    OP_BEGIN the position that its OP_UNTIL goes back to (an int, never 0, so that the
    two are told apart by type). `executing` is false inside an untaken branch.
    `slots` is how many items the stack may hold: what is on the alternate stack or in
    the function table takes from it. `context` is None where a script is run without a
    transaction; a budget that is None bounds nothing.
    """

    __slots__ = (
        "alt_stack",
        "budgets",
        "code",
        "code_start",
        "context",
        "control",
        "decode_index",
        "decode_number",
        "depth",
        "executing",
        "frames",
        "functions",
        "hash_iteration_limit",
        "hash_iterations",
        "index",
        "instructions",
        "limits",
        "observe",
        "op_cost",
        "op_cost_limit",
        "operation_count",
        "program",
        "result_size",
        "rules",
        "signature_checks",
        "slots",
        "stack",
        "switches",
        "untaken",
    )

    def __init__(
        self,
        rules: RuleSet,
        context: TransactionContext | None,
        index: int,
        *,
        unlocking_size: int,
        observe: Observer | None = None,
    ) -> None:
        limits, switches = rules.limits, rules.switches
        op_cost_limit = limits.op_cost_limit(unlocking_size)
        hash_iteration_limit = limits.hash_iteration_limit(unlocking_size)
        density = switches.signature_check_density
        self.budgets = (
            op_cost_limit,
            hash_iteration_limit,
            limits.signature_check_limit(unlocking_size) if density else None,
        )
        self.rules = rules
        self.limits = limits
        self.switches = switches
        self.context = context
        self.index = index
        self.observe = observe
        self.decode_number = number_decoder(limits.number_size, minimal=switches.minimal_data)
        self.decode_index = number_decoder(limits.index_size, minimal=switches.minimal_data)
        self.result_size = limits.result_size
        self.op_cost_limit = UNLIMITED if op_cost_limit is None else op_cost_limit
        self.hash_iteration_limit = (
            UNLIMITED if hash_iteration_limit is None else hash_iteration_limit
        )
        self.op_cost = 0
        self.hash_iterations = 0
        self.signature_checks = 0
        self.instructions = 0
        self.stack: list[bytes] = []
        self.begin_phase(b"")

    def begin_phase(self, code: bytes) -> None:
        """Make ready for the script of another phase: the stack and the counters stay."""
        self.alt_stack: list[bytes] = []
        self.functions: dict[bytes, bytes] = {}
        self.slots = self.limits.memory_slots
        self.control: list[bool | int] = []
        self.executing = True
        self.untaken = -1
        self.depth = 0
        self.frames: list[Frame] = []
        self.program: Program | None = None
        self.code = code
        self.code_start = 0
        self.operation_count = 0

    def push(self, item: bytes) -> None:
        """Push `item`, charging for its bytes."""
        size = len(item)
        if size > self.limits.element_size:
            raise ScriptError(Reason.PUSH_SIZE, f"{size} bytes, limit {self.limits.element_size}")
        self.stack.append(item)
        self.op_cost += size

    def push_number(self, value: int) -> None:
        """Push a result of arithmetic, charging for its bytes and as much for its encoding."""
        item = encode_number(value)
        size = len(item)
        if size > self.result_size:
            raise self.result_too_long(size)
        self.stack.append(item)
        self.op_cost += 2 * size

    def result_too_long(self, size: int, limit: int | None = None) -> ScriptError:
        """Make the error of a result of `size` bytes that is beyond the range of numbers."""
        limit = self.result_size if limit is None else limit
        return ScriptError(
            range_reason(self.limits.number_size),
            f"the result has {describe_number(size)} bytes, limit {limit}",
        )

    def push_bool(self, value: bool) -> None:
        """Push 1 or the empty string, charging for the byte."""
        if value:
            self.stack.append(b"\x01")
            self.op_cost += 1
        else:
            self.stack.append(b"")

    def check_budget(self) -> None:
        """Fail if the input has spent more than it may, as at the end of each instruction."""
        if self.op_cost > self.op_cost_limit:
            raise ScriptError(
                Reason.OP_COST, f"operation cost {self.op_cost}, limit {self.op_cost_limit}"
            )
        if self.hash_iterations > self.hash_iteration_limit:
            raise ScriptError(
                Reason.TOO_MANY_HASH_ITERS,
                f"{self.hash_iterations} hash iterations, limit {self.hash_iteration_limit}",
            )

    def count_operations(self, count: int, limit: int) -> None:
        """Count operations against the limit on those of one script, a rule of before 2025."""
        self.operation_count += count
        if self.operation_count > limit:
            raise ScriptError(Reason.OP_COUNT, f"{self.operation_count} operations, limit {limit}")

    def execute(self, run: Callable[[Machine], None], takes: int, *, grows: bool) -> None:
        """Run one operation as the loop does, for steps that wrap others."""
        if len(self.stack) < takes:
            raise too_few_items(takes, len(self.stack))
        run(self)
        if grows and len(self.stack) > self.slots:
            raise _stack_full(self)

    def call(self, program: Program, position: int) -> int:
        """Let `program` run next, and then the one that runs now from `position` on."""
        assert self.program is not None
        self.frames.append((self.program, position, self.control, self.code, self.code_start))
        self.program = program
        self.control, self.code, self.code_start = [], program.code, 0
        return CALLED

    def check_balanced(self) -> None:
        """Fail if the script that has just ended left a branch or a loop open."""
        if self.control:
            if any(type(mark) is bool for mark in self.control):
                raise ScriptError(Reason.UNBALANCED_CONDITIONAL, "OP_IF without OP_ENDIF")
            raise ScriptError(Reason.UNBALANCED_CONTROL_FLOW, "OP_BEGIN without OP_UNTIL")

    def run(self, program: Program) -> None:
        """Run `program` and what it calls to its end, or raise ScriptError.

        Functions have frames of their own: Python's stack is as deep in the innermost.
        """
        # Hot loop: names are local, steps are plain tuples (see program.py), and
        # instructions are counted by how far the position moved (see OP_UNTIL).
        stack, steps, observe, frames = self.stack, program.steps, self.observe, self.frames
        op_cost_limit, price = self.op_cost_limit, self.limits.instruction_price
        position, end = 0, len(steps)
        self.program = program
        try:
            while True:
                while position < end:
                    data, run, takes, grows, is_control = steps[position]
                    if observe is not None:
                        observe(self, program, position)
                    position += 1
                    self.op_cost += price
                    if is_control:
                        position = run(self, position)
                    elif self.executing:
                        if data is not None:
                            stack.append(data)
                            self.op_cost += takes
                            if len(stack) > self.slots:
                                raise _stack_full(self)
                        elif len(stack) < takes:
                            raise too_few_items(takes, len(stack))
                        else:
                            run(self)
                            if grows and len(stack) > self.slots:
                                raise _stack_full(self)
                    if self.op_cost > op_cost_limit:
                        self.check_budget()
                if position == CALLED:
                    program, position = self.program, 0
                elif frames:
                    self.instructions += position
                    # The call is what fails if the function left something open.
                    program, position, control, self.code, self.code_start = frames.pop()
                    self.check_balanced()
                    self.program, self.control = program, control
                    self.depth -= 1
                else:
                    break
                steps = program.steps
                end = len(steps)
        except ScriptError as error:
            if error.code is None:
                error.code, error.position = program.code, position - 1
            raise
        finally:
            self.instructions += position + sum(frame[1] for frame in frames)


def _stack_full(vm: Machine) -> ScriptError:
    held = len(vm.stack) + len(vm.alt_stack) + len(vm.functions)
    return ScriptError(Reason.STACK_SIZE, f"{held} items, limit {vm.limits.memory_slots}")


def too_few_items(needed: int, present: int) -> ScriptError:
    """Make the error of an operation that needs more items than there are."""
    return ScriptError(
        Reason.INVALID_STACK_OPERATION, f"{needed} items needed, {present} on the stack"
    )
