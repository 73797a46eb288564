"""Functions: bodies stored in a table until the end of the phase, and called by identifier.

Source: CHIP-2025-05 Functions. Nodes charge OP_DEFINE for the bytes of the body, although
clarification 4 of the CHIP does not; this library follows the nodes.
"""

from __future__ import annotations

from ...errors import Reason, ScriptError
from ...script.opcodes import Op
from ..decode import decode_kept
from ..machine import Machine
from ..operation import control, introduced, operation
from ..stack_errors import too_few_items
from .control import enter

__all__ = ["DEFINE", "EVALUATION", "FUNCTIONS"]


def _call(vm: Machine, body: bytes, position: int) -> int:
    """Call `body` as a function, on the stacks of the running script."""
    if len(body) > vm.limits.script_size:
        raise ScriptError(Reason.SCRIPT_SIZE, f"{len(body)} bytes, limit {vm.limits.script_size}")
    enter(vm)
    if vm.op_cost > vm.op_cost_limit or vm.hash_iterations > vm.hash_iteration_limit:
        vm.check_budget()
    return vm.call(decode_kept(body, vm.rules), position)


def _check_identifier(vm: Machine, identifier: bytes) -> None:
    limit = vm.limits.function_identifier_size
    if len(identifier) > limit:
        raise ScriptError(
            Reason.INVALID_FUNCTION_IDENTIFIER,
            f"identifier of {len(identifier)} bytes, limit {limit}",
        )


@operation(Op.OP_DEFINE, takes=2, charge="the length of the body")
def define(vm: Machine) -> None:
    """( body identifier -- ) Define a function with an identifier of at most 7 bytes."""
    identifier, body = vm.stack[-1], vm.stack[-2]
    _check_identifier(vm, identifier)
    if identifier in vm.functions:
        raise ScriptError(
            Reason.FUNCTION_OVERWRITE_DISALLOWED,
            f"function 0x{identifier.hex()} is already defined",
        )
    del vm.stack[-2:]
    vm.functions[identifier] = body
    vm.slots -= 1
    vm.op_cost += len(body)


@control(Op.OP_INVOKE, charge="the cost of the body")
def invoke(vm: Machine, position: int) -> int:
    """( identifier -- ) Call the function with an identifier."""
    if not vm.executing:
        return position
    if not vm.stack:
        raise too_few_items(1, 0)
    identifier = vm.stack[-1]
    body = vm.functions.get(identifier)
    if body is None:
        _check_identifier(vm, identifier)
        raise ScriptError(
            Reason.INVOKED_UNDEFINED_FUNCTION, f"function 0x{identifier.hex()} is not defined"
        )
    vm.stack.pop()
    return _call(vm, body, position)


@control(Op.OP_EVAL, charge="the cost of the body")
def eval_(vm: Machine, position: int) -> int:
    """( body -- ) Execute the top item as a script (a draft, replaced by OP_INVOKE)."""
    if not vm.executing:
        return position
    if not vm.stack:
        raise too_few_items(1, 0)
    return _call(vm, vm.stack.pop(), position)


DEFINE = define
FUNCTIONS = introduced(2026, "CHIP-2025-05 Functions", define, invoke)
EVALUATION = introduced(0, "an earlier draft of CHIP-2025-05 Functions", eval_)
