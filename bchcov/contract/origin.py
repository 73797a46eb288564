"""Which instruction made the item that a run ended with: the run again, item by item."""

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

__all__ = ["Origin", "find_end"]

_PHASES = ("unlocking", "locking", "redeem")


@dataclass(frozen=True, slots=True)
class Origin:
    """An instruction that ran: its phase, the script it stands in, and its place there.

    `position` counts instructions, `offset` bytes.
    """

    phase: str
    code: bytes
    position: int

    @property
    def offset(self) -> int:
        """The byte that the instruction begins at."""
        return next(islice(instructions(self.code), self.position, None)).offset

    @property
    def opcode(self) -> int:
        """The instruction's opcode."""
        return self.code[self.offset]

    def __str__(self) -> str:
        return f"{opcode_name(self.opcode)} at byte {self.offset} of the {self.phase} bytecode"


@dataclass(slots=True)
class _Tracer:
    """Follows where each item on both stacks comes from."""

    has_unlocking: bool
    items: list[Origin] = field(default_factory=list)
    alt_stack: list[Origin] = field(default_factory=list)
    last: Origin | None = None
    # Of the last instruction, None if it did not run, and the top item that it found.
    opcode: int | None = None
    chosen: bytes = b""
    phase: int = -1
    unlocked: list[Origin] = field(default_factory=list)
    opcodes: dict[bytes, list[int]] = field(default_factory=dict)

    def observe(self, vm: Machine, program: Program, position: int) -> None:
        """Take note of the instruction that is about to run, and of what the last one left."""
        if position == 0 and vm.depth == 0:
            self.begin_phase(len(vm.stack))
        else:
            self.settle(len(vm.stack))
        self.opcode = None
        if vm.executing:
            code = program.code
            if code not in self.opcodes:
                self.opcodes[code] = [step.opcode for step in program.instructions()]
            self.last = Origin(_PHASES[self.phase], code, position)
            self.opcode = self.opcodes[code][position]
            self.chosen = vm.stack[-1] if vm.stack else b""

    def begin_phase(self, size: int) -> None:
        if self.phase < 0 and self.has_unlocking:
            self.phase = 0
        elif self.phase < 1:
            self.settle(size)
            self.phase, self.unlocked = 1, self.items.copy()
        else:
            self.phase, self.items = 2, self.unlocked[:-1]
        self.alt_stack = []

    def settle(self, size: int) -> None:
        """Give what the last instruction left its origin; the stack has `size` items now."""
        items, opcode = self.items, self.opcode
        if opcode is None or self.last is None:
            return
        if opcode in MOVES:
            takes, left = MOVES[opcode]
            moved = items[-takes:]
            items[-takes:] = [moved[at] for at in left]
        elif opcode in CHOOSERS:
            items.pop()
            at = -1 - decode_number(self.chosen)
            items.append(items[at] if opcode == Op.OP_PICK else items.pop(at))
        elif opcode == Op.OP_TOALTSTACK:
            self.alt_stack.append(items.pop())
        elif opcode == Op.OP_FROMALTSTACK:
            items.append(self.alt_stack.pop())
        elif opcode == Op.OP_IFDUP:
            items += items[-1:] * (size - len(items))
        else:
            # OP_NOP1 is a draft's OP_POW as well.
            made = gives(opcode) or int(opcode == Op.OP_NOP1 and size < len(items))
            del items[size - made :]
            items += [self.last] * made


def find_end(result: InputResultLike) -> tuple[Origin | None, Origin | None] | None:
    """Run an input again that ended with a false item, for what made that item.

    Returns the instruction that made it, None where the stack is empty, and the last one
    that ran; None where `result` does not know any more what was run.
    """
    run = result.run
    if not isinstance(run, Run):
        return None
    unlocking = run.context.transaction.inputs[run.index].unlocking_bytecode
    tracer = _Tracer(bool(unlocking))
    again = evaluate_input(run.context, run.index, run.rules, observe=tracer.observe)
    tracer.settle(len(again.stack))
    items = tracer.items
    if again.phase == "redeem" and tracer.phase < 2:
        items, tracer.last = tracer.unlocked[:-1], None
    if len(items) != len(again.stack) or again.reason is not result.reason:
        return None
    return (items[-1] if items else None), tracer.last
