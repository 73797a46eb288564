"""Functions: bodies kept in a table for the rest of the phase, run by their identifier.

Source: CHIP-2025-05 Functions. Nodes charge OP_DEFINE for the bytes of the body; the
CHIP's clarification 4 does not. What confirms is decided by nodes.
"""

from __future__ import annotations

from ...errors import Reason, ScriptError
from ...script.opcodes import Op
from ..machine import Machine
from ..operation import introduced, operation
from ..program import decode_kept
from .control import enter

__all__ = ["DEFINE", "EVALUATION", "FUNCTIONS", "check_balanced", "run_frame"]


def check_balanced(vm: Machine) -> None:
    """Fail if the script that has just ended left a branch or a loop open."""
    if vm.control:
        if any(type(mark) is bool for mark in vm.control):
            raise ScriptError(Reason.UNBALANCED_CONDITIONAL, "OP_IF without OP_ENDIF")
        raise ScriptError(Reason.UNBALANCED_CONTROL_FLOW, "OP_BEGIN without OP_UNTIL")


def run_frame(vm: Machine, body: bytes) -> None:
    """Run `body` as a script of its own on the stacks of the one that runs.

    Python's stack is the frame stack: the control depth bounds it.
    """
    if len(body) > vm.limits.script_size:
        raise ScriptError(Reason.SCRIPT_SIZE, f"{len(body)} bytes, limit {vm.limits.script_size}")
    enter(vm)
    vm.check_budget()
    caller = vm.control, vm.code, vm.code_start
    vm.control, vm.code, vm.code_start = [], body, 0
    vm.run(decode_kept(body, vm.rules))
    check_balanced(vm)
    vm.control, vm.code, vm.code_start = caller
    vm.depth -= 1


def _check_identifier(vm: Machine, identifier: bytes) -> None:
    limit = vm.limits.function_identifier_size
    if len(identifier) > limit:
        raise ScriptError(
            Reason.INVALID_FUNCTION_IDENTIFIER, f"{len(identifier)} bytes, limit {limit}"
        )


@operation(Op.OP_DEFINE, takes=2, charge="the length of the body")
def define(vm: Machine) -> None:
    """( body identifier -- ) Keep a function under an identifier of at most 7 bytes."""
    identifier, body = vm.stack[-1], vm.stack[-2]
    _check_identifier(vm, identifier)
    if identifier in vm.functions:
        raise ScriptError(
            Reason.FUNCTION_OVERWRITE_DISALLOWED, f"0x{identifier.hex()} is defined already"
        )
    del vm.stack[-2:]
    vm.functions[identifier] = body
    vm.slots -= 1
    vm.cost += len(body)


@operation(Op.OP_INVOKE, takes=1, charge="what the body costs")
def invoke(vm: Machine) -> None:
    """( identifier -- ) Run the function that was defined under an identifier."""
    identifier = vm.stack[-1]
    _check_identifier(vm, identifier)
    body = vm.functions.get(identifier)
    if body is None:
        raise ScriptError(Reason.INVOKED_UNDEFINED_FUNCTION, f"0x{identifier.hex()} is not defined")
    vm.stack.pop()
    run_frame(vm, body)


@operation(Op.OP_EVAL, takes=1, charge="what the body costs")
def eval_(vm: Machine) -> None:
    """( body -- ) Run a script; a draft that OP_DEFINE and OP_INVOKE replaced."""
    run_frame(vm, vm.stack.pop())


DEFINE = define
FUNCTIONS = introduced(2026, "CHIP-2025-05 Functions", define, invoke)
EVALUATION = introduced(0, "an earlier draft of CHIP-2025-05 Functions", eval_)
