"""States of a machine in the middle of a run, from which it can be continued."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .machine import Frame, Machine
from .program import Program

__all__ = ["State", "restore", "state_of"]


@dataclass(slots=True)
class State:
    """The state of a machine before an instruction; what changes in place is copied.

    Into tuples: the garbage collector looks at those of bytes only once.
    """

    phase: str
    program: Program
    position: int
    stack: tuple[bytes, ...]
    alt_stack: tuple[bytes, ...]
    pushed: tuple[bytes, ...]
    functions: dict[bytes, bytes]
    frames: tuple[Frame, ...]
    control: tuple[int, ...]
    counters: tuple[int, int, int, int, int, int, int, int]
    code: bytes
    code_start: int
    watcher: Any


def state_of(vm: Machine, position: int, before: State | None = None) -> State:
    """Copy the state before the instruction at `position`, which is about to run.

    What is the same as in an earlier one is shared with it.
    """
    assert vm.program is not None
    functions = vm.functions
    is_same = before is not None and before.functions == functions
    return State(
        vm.phase,
        vm.program,
        position,
        tuple(vm.stack),
        tuple(vm.alt_stack),
        tuple(vm.pushed),
        before.functions if before is not None and is_same else functions.copy(),
        tuple(map(_copied, vm.frames)),
        tuple(vm.control),
        (
            # The loop has charged for the instruction, and will again.
            vm.op_cost - vm.limits.instruction_price,
            vm.hash_iterations,
            vm.signature_checks,
            vm.instructions,
            vm.slots,
            vm.depth,
            vm.operation_count,
            vm.untaken,
        ),
        vm.code,
        vm.code_start,
        None if vm.watcher is None else vm.watcher.copy(),
    )


def restore(vm: Machine, state: State) -> None:
    """Put a machine into a state."""
    vm.phase = state.phase
    vm.stack, vm.alt_stack = list(state.stack), list(state.alt_stack)
    vm.pushed, vm.functions = list(state.pushed), state.functions.copy()
    vm.frames = list(map(_copied, state.frames))
    vm.control = list(state.control)
    (
        vm.op_cost,
        vm.hash_iterations,
        vm.signature_checks,
        vm.instructions,
        vm.slots,
        vm.depth,
        vm.operation_count,
        vm.untaken,
    ) = state.counters
    vm.code, vm.code_start = state.code, state.code_start
    vm.watcher = None if state.watcher is None else state.watcher.copy()


def _copied(frame: Frame) -> Frame:
    program, position, control, code, start = frame
    return program, position, control.copy(), code, start
