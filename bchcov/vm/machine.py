"""The stack machine: its state, and the loop that executes a program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import Reason, ScriptError
from ..script.number_values import (
    ENCODED,
    ENCODED_COUNT,
    LONGEST_KEPT,
    MOST_KEPT,
    describe_number,
    number_decoders,
    range_reason,
)
from ..transaction.context import TransactionContext
from .pausing import BETWEEN, pause
from .program import Program
from .rules.limits import UNLIMITED
from .rules.ruleset import RuleSet
from .stack_errors import too_few_items, too_many_items

__all__ = ["CALLED", "TAKEN", "UNTAKEN", "Machine", "Observer"]

CALLED = UNLIMITED
"""The position that a step returns after a function call, beyond the end of any program."""

TAKEN, UNTAKEN = -1, -2
"""The marks of an open OP_IF on the control stack."""

Frame = tuple["Program", int, list[int], bytes, int]
Observer = Callable[["Machine", "Program", int], None]
"""Called before each instruction with the machine, the program and the position in it."""


class Machine:
    """The state shared by all phases of one input's evaluation.

    `op_cost`, `hash_iterations`, `signature_checks` and `instructions` only grow.
    `control` is the control stack of the running script: TAKEN or UNTAKEN for each open OP_IF,
    and for each open OP_BEGIN the position that its OP_UNTIL jumps back to, which is at least 1
    (the two marks are negative). `executing` is false inside an untaken branch.
    `slots` is how many items the stack may hold: the limit less the items on the alternate
    stack and in the function table. `numbers` and `indexes` have the values of items that were
    decoded or encoded lately. `context` is None if a script runs without a transaction; a limit in
    `budgets` that is None is not enforced. `phase` names the script of the input that runs, and
    `pushed` holds what the unlocking bytecode left for a redeem script.
    `memory` remembers this run and `watcher` watches it, None for nobody (see remembering.py).
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
        "indexes",
        "instructions",
        "limits",
        "longest_kept",
        "memory",
        "numbers",
        "observe",
        "op_cost",
        "op_cost_limit",
        "operation_count",
        "phase",
        "program",
        "pushed",
        "result_size",
        "rules",
        "signature_checks",
        "slots",
        "stack",
        "switches",
        "untaken",
        "watcher",
    )

    # Set by whoever needs them: a machine is made for every input.
    pushed: list[bytes]
    memory: Any
    watcher: Any

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
        hash_limit = limits.hash_iteration_limit(unlocking_size)
        density = switches.signature_check_density
        signature_limit = limits.signature_check_limit(unlocking_size) if density else None
        self.budgets = (op_cost_limit, hash_limit, signature_limit)
        self.rules = rules
        self.limits = limits
        self.switches = switches
        self.context = context
        self.index = index
        self.observe = observe
        self.decode_number, self.decode_index, self.numbers, self.indexes = number_decoders(
            limits.number_size, limits.index_size, switches.minimal_data
        )
        self.longest_kept = min(limits.number_size, LONGEST_KEPT)
        self.result_size = limits.result_size
        self.op_cost_limit = UNLIMITED if op_cost_limit is None else op_cost_limit
        self.hash_iteration_limit = UNLIMITED if hash_limit is None else hash_limit
        self.op_cost = 0
        self.hash_iterations = 0
        self.signature_checks = 0
        self.instructions = 0
        self.stack: list[bytes] = []
        self.phase = "unlocking"
        self.begin_phase(b"")

    def begin_phase(self, code: bytes) -> None:
        """Reset the state for the script of the next phase; keep the stack and the counters."""
        self.alt_stack: list[bytes] = []
        self.functions: dict[bytes, bytes] = {}
        self.slots = self.limits.memory_slots
        self.control: list[int] = []
        self.executing = True
        self.untaken = -1
        self.depth = 0
        self.frames: list[Frame] = []
        self.program: Program | None = None
        self.code = code
        self.code_start = 0
        self.operation_count = 0

    def push(self, item: bytes) -> None:
        """Push `item` and charge its size."""
        size, limit = len(item), self.limits.element_size
        if size > limit:
            raise ScriptError(Reason.PUSH_SIZE, f"{size} bytes, limit {limit}")
        self.stack.append(item)
        self.op_cost += size

    def push_number(self, value: int) -> None:
        """Push an arithmetic result and charge twice its size."""
        # The work of `encode_value` is done here: half of what arithmetic costs is calls.
        if 0 <= value < ENCODED_COUNT:
            item = ENCODED[value]
            size = len(item)
        else:
            size = (value.bit_length() + 8) >> 3
            if size > self.result_size:
                raise self.result_too_long(size)
            signed = value if value > 0 else -value | 1 << (8 * size - 1)
            item = signed.to_bytes(size, "little")
            if size <= self.longest_kept:
                numbers = self.numbers
                if len(numbers) >= MOST_KEPT:
                    numbers.clear()
                numbers[item] = value
        self.stack.append(item)
        self.op_cost += 2 * size

    def result_too_long(self, size: int, limit: int | None = None) -> ScriptError:
        """Make the error for an arithmetic result of `size` bytes, which exceeds the limit."""
        limit = self.result_size if limit is None else limit
        return ScriptError(
            range_reason(self.limits.number_size),
            f"the result has {describe_number(size)} bytes, limit {limit}",
        )

    def push_bool(self, value: bool) -> None:
        """Push 1 or the empty string, and charge its size."""
        if value:
            self.stack.append(b"\x01")
            self.op_cost += 1
        else:
            self.stack.append(b"")

    def check_budget(self) -> None:
        """Fail if the input exceeds its operation cost or hash iteration limit."""
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
        """Count operations of the running script, and fail beyond `limit` (until 2025)."""
        self.operation_count += count
        if self.operation_count > limit:
            raise ScriptError(Reason.OP_COUNT, f"{self.operation_count} operations, limit {limit}")

    def execute(self, run: Callable[[Machine], None], takes: int, *, grows: bool) -> None:
        """Execute one operation as the loop does, for steps that wrap others."""
        if len(self.stack) < takes:
            raise too_few_items(takes, len(self.stack))
        run(self)
        if grows and len(self.stack) > self.slots:
            raise self.stack_full()

    def stack_full(self) -> ScriptError:
        """Make the error for more items than the stack may hold."""
        return too_many_items(self.limits.memory_slots, self.stack, self.alt_stack, self.functions)

    def call(self, program: Program, position: int) -> int:
        """Call `program` as a function; the running program continues at `position`."""
        assert self.program is not None
        self.frames.append((self.program, position, self.control, self.code, self.code_start))
        self.program = program
        self.control, self.code, self.code_start = [], program.code, 0
        return CALLED

    def check_balanced(self) -> None:
        """Fail if the script that has just ended left a branch or loop open."""
        if self.control:
            if min(self.control) < 0:
                raise ScriptError(Reason.UNBALANCED_CONDITIONAL, "OP_IF without OP_ENDIF")
            raise ScriptError(Reason.UNBALANCED_CONTROL_FLOW, "OP_BEGIN without OP_UNTIL")

    def run(self, program: Program, position: int = 0) -> None:
        """Run `program`, including the functions it calls, to its end, or raise ScriptError.

        It begins at `position`, which is not 0 where a run is continued. Function calls use
        frames of the machine, so that they do not deepen Python's stack.
        """
        # Hot loop: names are local, steps are plain tuples (see program.py), and
        # instructions are counted by how far the position moved (see OP_UNTIL).
        stack, steps, observe, frames = self.stack, program.steps, self.observe, self.frames
        op_cost_limit, price = self.op_cost_limit, self.limits.instruction_price
        end = len(steps)
        self.program = program
        data: bytes | None
        run: Callable[..., Any]
        takes: int
        grows: bool
        is_control: bool
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
                                raise self.stack_full()
                        elif len(stack) < takes:
                            raise too_few_items(takes, len(stack))
                        else:
                            run(self)
                            if grows and len(stack) > self.slots:
                                raise self.stack_full()
                    if self.op_cost > op_cost_limit:
                        self.check_budget()
                if position == CALLED:
                    program, position = self.program, 0
                elif frames:
                    self.instructions += position
                    if self.instructions % BETWEEN < position:
                        pause()
                    # If the function left a branch or loop open, its OP_INVOKE is what fails.
                    program, position, control, self.code, self.code_start = frames.pop()
                    if self.control:
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
