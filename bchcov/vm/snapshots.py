"""The states of a run, kept instruction by instruction at little cost.

Most stacks are short, and copying them is the fastest way to keep them. Copies of a deep one
would take a gigabyte: of it only the part is kept that instructions have reached since the last
whole copy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..script.opcodes import Op
from .machine import Machine, Observer
from .program import Program
from .rules.ruleset import RuleSet

__all__ = ["DEEP", "HEAD", "Snapshots", "stack_in", "starts_of"]

HEAD = 4
"""How many entries an instruction has before its stack."""
DEEP = 64
"""The size from which a stack is not copied as a whole."""
_MOST_TAIL = 40
# No instruction but these changes more than the top six items.
_REACH = 6
_FAR: dict[int, int] = {Op.OP_CHECKMULTISIG: 44, Op.OP_CHECKMULTISIGVERIFY: 44}


@dataclass(frozen=True, slots=True)
class _Deep:
    """A deep stack: the first `kept` items of a copy that is shared, and those above them."""

    base: tuple[bytes, ...]
    kept: int
    tail: tuple[bytes, ...]


def stack_in(kept: list[Any], begin: int) -> tuple[bytes, ...]:
    """Return the stack of the instruction that begins there in what was kept, the top last."""
    size = kept[begin + 3]
    if size < DEEP:
        return tuple(kept[begin + HEAD : begin + HEAD + size])
    deep: _Deep = kept[begin + HEAD]
    return deep.base[: deep.kept] + deep.tail


def starts_of(kept: list[Any]) -> list[int]:
    """Return where the instructions begin in what was kept."""
    starts, at, end = [], 0, len(kept)
    while at < end:
        starts.append(at)
        size = kept[at + 3]
        at += HEAD + (size if size < DEEP else 1)
    return starts


class Snapshots:
    """Keeps each instruction of a run: the operation cost before it, its program, its position.

    The size of the stack that it found and the stack itself follow. All of it is one flat list,
    `kept`: objects of their own would take longer to make, and Python would look through them for
    garbage again and again.
    """

    def __init__(self, rules: RuleSet, kept: list[Any] | None = None) -> None:
        self.kept: list[Any] = [] if kept is None else kept
        # Up to where the base still is what lies on the stack, and for which record that holds.
        self._base: tuple[bytes, ...] = ()
        self._valid = 0
        self._next = -1
        self._rules = rules

    def observer(self) -> Observer:
        """Return the observer to run with."""
        extend, deep, limit = self.kept.extend, self._deep, DEEP

        # A closure with few names: each look-up here costs some percent of a run.
        def observe(vm: Machine, program: Program, position: int) -> None:
            stack = vm.stack
            size = len(stack)
            extend((vm.op_cost, program, position, size))
            if size < limit:
                extend(stack)
            else:
                deep(vm, program, position)

        return observe

    def _deep(self, vm: Machine, program: Program, position: int) -> None:
        stack, kept = vm.stack, self.kept
        begins = not position and not vm.frames
        valid = min(self._valid, len(stack))
        if begins or len(kept) != self._next or len(stack) - valid > _MOST_TAIL:
            self._base, valid = tuple(stack), len(stack)
        kept.append(_Deep(self._base, valid, tuple(stack[valid:])))
        self._next = len(kept) + HEAD
        self._valid = max(0, min(valid, len(stack) - self._reach(vm, program, position)))

    def _reach(self, vm: Machine, program: Program, position: int) -> int:
        """Return how many of the top items the instruction may change."""
        data, run, *_ = program.steps[position]
        if data is not None:
            return 0
        # What stands in for an instruction may do anything.
        reach = _reaches(self._rules).get(run, len(vm.stack))
        return reach or int.from_bytes(vm.stack[-1][:4], "little") + 2


@lru_cache(maxsize=64)
def _reaches(rules: RuleSet) -> dict[Callable[..., Any], int]:
    """Return how many of the top items each operation may change; 0 where the top one tells."""
    reaches = {
        op.run: max(_FAR.get(op.opcode, _REACH), op.takes) for op in rules.operations.values()
    }
    return reaches | {rules.operations[Op.OP_ROLL].run: 0}
