"""Bounded loops.

Source: CHIP-2025-05 Loops.
"""

from __future__ import annotations

from ...errors import Reason, ScriptError
from ...script.opcodes import Op
from ..machine import Machine
from ..operation import control, introduced
from ..pausing import BETWEEN, pause
from ..truth import is_true
from .control import enter

__all__ = ["LOOPS"]


@control(Op.OP_BEGIN)
def begin(vm: Machine, position: int) -> int:
    """( -- ) Begin a loop."""
    vm.control.append(position)
    enter(vm)
    return position


@control(Op.OP_UNTIL)
def until(vm: Machine, position: int) -> int:
    """( condition -- ) Repeat from the matching OP_BEGIN unless the condition is true."""
    start = vm.control[-1] if vm.control else 0
    if start <= 0:
        raise ScriptError(Reason.UNBALANCED_CONTROL_FLOW, "OP_UNTIL without OP_BEGIN")
    if vm.executing:
        if not vm.stack:
            raise ScriptError(
                Reason.INVALID_STACK_OPERATION, "the stack is empty, a condition is needed"
            )
        if not is_true(vm.stack.pop()):
            size = position - start
            vm.instructions += size
            if vm.instructions % BETWEEN < size:
                pause()
            return start
    vm.control.pop()
    vm.depth -= 1
    return position


LOOPS = introduced(2026, "CHIP-2025-05 Loops", begin, until)
