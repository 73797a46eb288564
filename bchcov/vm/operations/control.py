"""Branches, and the operations that may end a script.

Source: CHIP-2021-05 Targeted Virtual Machine Limits, "Conditional Stack"; for the shared
depth of branches, loops and functions CHIP-2025-05 Loops, "Control Stack".
"""

from __future__ import annotations

from collections.abc import Callable

from ...errors import Reason, ScriptError
from ...script.opcodes import Op
from ..machine import TAKEN, UNTAKEN, Machine
from ..operation import Operation, control, introduced, operation
from ..truth import is_true

__all__ = ["BRANCHES", "MINIMAL_BRANCHES", "enter"]

_SOURCE = "Bitcoin 0.1"


def enter(vm: Machine) -> None:
    """Enter a branch, loop or function: one more level of the control stack."""
    vm.depth += 1
    if vm.depth > vm.limits.control_depth:
        vm.check_budget()
        raise ScriptError(
            vm.limits.control_depth_reason, f"{vm.depth} levels, limit {vm.limits.control_depth}"
        )


def _pop_condition(vm: Machine) -> bytes:
    if not vm.stack:
        raise ScriptError(
            Reason.UNBALANCED_CONDITIONAL, "the stack is empty, a condition is needed"
        )
    return vm.stack.pop()


def _pop_minimal_condition(vm: Machine) -> bytes:
    if vm.stack and vm.stack[-1] not in (b"", b"\x01"):
        raise ScriptError(
            Reason.MINIMALIF, f"0x{vm.stack[-1][:32].hex()} is neither 0x01 nor empty"
        )
    return _pop_condition(vm)


def _branch(opcode: Op, pop: Callable[[Machine], bytes], taken_if: bool) -> Operation:
    """( condition -- ) Execute the branch if the condition is `taken_if`."""
    wanted = "true" if taken_if else "false"

    @control(
        opcode,
        effect="condition --",
        summary=f"Execute the branch up to OP_ELSE or OP_ENDIF if the condition is {wanted}.",
    )
    def run(vm: Machine, position: int) -> int:
        taken = vm.executing and is_true(pop(vm)) is taken_if
        if vm.executing and not taken:
            vm.executing, vm.untaken = False, len(vm.control)
        vm.control.append(TAKEN if taken else UNTAKEN)
        enter(vm)
        return position

    return run


def _expect_open_branch(vm: Machine, name: str) -> None:
    control = vm.control
    if control and control[-1] < 0:
        return
    # As in nodes, the reason depends on whether an OP_IF is open outside of the loop.
    if control and min(control) < 0:
        raise ScriptError(Reason.UNBALANCED_CONTROL_FLOW, f"{name} inside an open OP_BEGIN")
    raise ScriptError(Reason.UNBALANCED_CONDITIONAL, f"{name} without OP_IF")


@control(Op.OP_ELSE)
def else_(vm: Machine, position: int) -> int:
    """( -- ) Execute the branch up to OP_ENDIF if the branch before was not executed."""
    _expect_open_branch(vm, "OP_ELSE")
    control = vm.control
    control[-1] = UNTAKEN if control[-1] == TAKEN else TAKEN
    # Without looking at each open branch: there may be a hundred, and the cost is fixed.
    innermost = len(control) - 1
    if vm.executing:
        vm.executing, vm.untaken = False, innermost
    elif vm.untaken == innermost:
        vm.executing, vm.untaken = True, -1
    return position


@control(Op.OP_ENDIF)
def endif(vm: Machine, position: int) -> int:
    """( -- ) End the innermost OP_IF or OP_NOTIF."""
    _expect_open_branch(vm, "OP_ENDIF")
    vm.control.pop()
    vm.depth -= 1
    if vm.untaken == len(vm.control):
        vm.executing, vm.untaken = True, -1
    return position


@operation(Op.OP_NOP)
def nop(vm: Machine) -> None:
    """( -- ) Do nothing."""


@operation(Op.OP_VERIFY, takes=1)
def verify(vm: Machine) -> None:
    """( condition -- ) Fail unless the top item is true."""
    if not is_true(vm.stack[-1]):
        raise ScriptError(Reason.VERIFY, "the top stack item is false")
    vm.stack.pop()


@operation(Op.OP_RETURN)
def return_(vm: Machine) -> None:
    """( -- ) Fail."""
    raise ScriptError(Reason.OP_RETURN)


def _branches(pop: Callable[[Machine], bytes]) -> tuple[Operation, ...]:
    return introduced(
        2009,
        _SOURCE,
        _branch(Op.OP_IF, pop, True),
        _branch(Op.OP_NOTIF, pop, False),
    )


MINIMAL_BRANCHES = _branches(_pop_minimal_condition)
BRANCHES = (
    *_branches(_pop_condition),
    *introduced(2009, _SOURCE, else_, endif, nop, verify, return_),
)
