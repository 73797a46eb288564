"""Tracing which instruction produced each stack item, by running an input again.

Explains a script that ends with a false item: the instruction that produced that item.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

from ..reasons import InputResultLike
from ..script.numbers import decode_number
from ..script.opcodes import Op, opcode_name
from ..script.pushes import instructions
from ..vm.evaluate import evaluate_input
from ..vm.machine import Machine
from ..vm.program import Program
from ..vm.result import Run
from .moves import CHOOSERS, MOVES, gives

__all__ = ["Origin", "find_final_producer"]

_PHASES = ("unlocking", "locking", "redeem")


@dataclass(frozen=True, slots=True)
class Origin:
    """An instruction that ran: its phase, its script, and its position in the script.

    `position` counts instructions, `offset` bytes.
    """

    phase: str
    code: bytes
    position: int

    @property
    def offset(self) -> int:
        """The offset in bytes at which the instruction begins."""
        return next(islice(instructions(self.code), self.position, None)).offset

    @property
    def opcode(self) -> int:
        """The instruction's opcode."""
        return self.code[self.offset]

    def __str__(self) -> str:
        return f"{opcode_name(self.opcode)} at byte {self.offset} of the {self.phase} bytecode"


@dataclass(slots=True)
class _Tracer:
    """Keeps, in parallel to both stacks, the instruction that produced each item."""

    has_unlocking: bool
    items: list[Origin] = field(default_factory=list)
    alt_stack: list[Origin] = field(default_factory=list)
    last: Origin | None = None
    # The last instruction, None if it was not executed, and the top stack item before it.
    opcode: int | None = None
    top_before: bytes = b""
    phase: int = -1
    unlocked: list[Origin] = field(default_factory=list)
    opcodes: dict[bytes, list[int]] = field(default_factory=dict)

    def observe(self, vm: Machine, program: Program, position: int) -> None:
        """Record the effect of the last instruction, and note the one about to run."""
        if position == 0 and vm.depth == 0:
            self.begin_phase(len(vm.stack))
        else:
            self.record_effect(len(vm.stack))
        self.opcode = None
        if vm.executing:
            code = program.code
            if code not in self.opcodes:
                self.opcodes[code] = [step.opcode for step in program.instructions()]
            self.last = Origin(_PHASES[self.phase], code, position)
            self.opcode = self.opcodes[code][position]
            self.top_before = vm.stack[-1] if vm.stack else b""

    def begin_phase(self, size: int) -> None:
        """Go on to the next phase; the stack has `size` items."""
        if self.phase < 0 and self.has_unlocking:
            self.phase = 0
        elif self.phase < 1:
            self.record_effect(size)
            self.phase, self.unlocked = 1, self.items.copy()
        else:
            self.phase, self.items = 2, self.unlocked[:-1]
        self.alt_stack = []

    def record_effect(self, size: int) -> None:
        """Apply the last instruction's effect to the origins; the stack now has `size` items."""
        items, opcode = self.items, self.opcode
        if opcode is None or self.last is None:
            return
        if opcode in MOVES:
            takes, left = MOVES[opcode]
            moved = items[-takes:]
            items[-takes:] = [moved[at] for at in left]
        elif opcode in CHOOSERS:
            items.pop()
            at = -1 - decode_number(self.top_before)
            items.append(items[at] if opcode == Op.OP_PICK else items.pop(at))
        elif opcode == Op.OP_TOALTSTACK:
            self.alt_stack.append(items.pop())
        elif opcode == Op.OP_FROMALTSTACK:
            items.append(self.alt_stack.pop())
        elif opcode == Op.OP_IFDUP:
            items += items[-1:] * (size - len(items))
        else:
            # OP_NOP1 is OP_POW in a draft, and then produces an item.
            made = gives(opcode) or int(opcode == Op.OP_NOP1 and size < len(items))
            del items[size - made :]
            items += [self.last] * made


def find_final_producer(result: InputResultLike) -> tuple[Origin | None, Origin | None] | None:
    """Find the instruction that produced the top item, by running the input again.

    Returns that instruction, None if the stack is empty, and the last instruction that ran.
    Returns None if `result` no longer has its run (see `InputResult.run`).
    """
    run = result.run
    if not isinstance(run, Run):
        return None
    unlocking = run.context.transaction.inputs[run.index].unlocking_bytecode
    tracer = _Tracer(bool(unlocking))
    again = evaluate_input(run.context, run.index, run.rules, observe=tracer.observe)
    tracer.record_effect(len(again.stack))
    items = tracer.items
    if again.phase == "redeem" and tracer.phase < 2:
        items, tracer.last = tracer.unlocked[:-1], None
    if len(items) != len(again.stack) or again.reason is not result.reason:
        return None
    return (items[-1] if items else None), tracer.last
