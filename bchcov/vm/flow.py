"""Where a run stands besides its stack: phase, branches, loops, functions, alternate stack.

All of it follows from the instructions that ran and the stacks they found, so a run does not have
to be slowed down to keep it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..script.opcodes import Op
from .truth import is_true

__all__ = ["CHANGING", "Call", "Flow", "begin", "follow"]

_NOTHING: Mapping[bytes, bytes] = {}


@dataclass(frozen=True, slots=True)
class Call:
    """A script that waits for a function that it called: where it goes on, and its open blocks.

    `ends`: there is nothing more of it to run.
    """

    code: bytes
    position: int
    control: tuple[bool | int, ...]
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """The state besides the stack. `phase` counts the scripts that have begun, from 0.

    `control` has a bool for each open OP_IF of the running script, and for each open OP_BEGIN
    the position behind it. `calls` are the scripts that wait, the outermost first.
    """

    phase: int
    alt_stack: tuple[bytes, ...] = ()
    control: tuple[bool | int, ...] = ()
    functions: Mapping[bytes, bytes] = field(default_factory=lambda: _NOTHING)
    calls: tuple[Call, ...] = ()

    @property
    def executing(self) -> bool:
        """Whether no open branch is untaken."""
        # The positions in it are never 0.
        return False not in self.control

    @property
    def depth(self) -> int:
        """The number of open branches, loops and functions."""
        if not self.calls:
            return len(self.control)
        return len(self.control) + sum(1 + len(call.control) for call in self.calls)


def begin(phase: int) -> Flow:
    """Return the state at the beginning of a script that is not a function."""
    return Flow(phase)


_STEERING = frozenset({*range(Op.OP_IF, Op.OP_ENDIF + 1), Op.OP_INVOKE, Op.OP_EVAL})
_SETTING = frozenset({Op.OP_TOALTSTACK, Op.OP_FROMALTSTACK, Op.OP_DEFINE})
CHANGING = _STEERING | _SETTING
"""The opcodes that change it, besides the last instruction of a script."""


def follow(
    flow: Flow,
    opcode: int,
    code: bytes,
    position: int,
    stack: tuple[bytes, ...],
    *,
    is_last: bool,
    is_begin: bool,
) -> Flow:
    """Return the state after an instruction, which found `stack`.

    `opcode` is one of `CHANGING`, or `is_last`: it is the last one of its script, `code`.
    `is_begin`: what ran after it is the first one of whatever script.
    """
    executing = flow.executing
    if opcode in (Op.OP_INVOKE, Op.OP_EVAL) and executing and stack:
        body = stack[-1] if opcode == Op.OP_EVAL else flow.functions.get(stack[-1], b"")
        if body:
            call = Call(code, position + 1, flow.control, is_last)
            return replace(flow, control=(), calls=(*flow.calls, call))
    jumps = opcode == Op.OP_UNTIL and executing and bool(stack) and not is_true(stack[-1])
    if opcode in _SETTING and executing:
        flow = _set(flow, opcode, stack)
    elif opcode in _STEERING and not jumps:
        flow = replace(flow, control=_steer(flow.control, opcode, position, stack, executing))
    if not is_last or jumps:
        return flow
    calls = flow.calls
    while calls:
        *outer, call = calls
        calls = tuple(outer)
        flow = replace(flow, control=call.control, calls=calls)
        if not call.ends:
            return flow
    return begin(flow.phase + 1) if is_begin else flow


def _set(flow: Flow, opcode: int, stack: tuple[bytes, ...]) -> Flow:
    if opcode == Op.OP_TOALTSTACK:
        return replace(flow, alt_stack=flow.alt_stack + stack[-1:])
    if opcode == Op.OP_FROMALTSTACK:
        return replace(flow, alt_stack=flow.alt_stack[:-1])
    if len(stack) < 2:
        return flow
    return replace(flow, functions={**flow.functions, stack[-1]: stack[-2]})


def _steer(
    control: tuple[bool | int, ...],
    opcode: int,
    position: int,
    stack: tuple[bytes, ...],
    executing: bool,
) -> tuple[bool | int, ...]:
    if opcode in (Op.OP_IF, Op.OP_NOTIF):
        taken = executing and bool(stack) and is_true(stack[-1]) is (opcode == Op.OP_IF)
        return (*control, taken)
    if opcode == Op.OP_BEGIN:
        return (*control, position + 1)
    if opcode == Op.OP_ELSE:
        return (*control[:-1], not control[-1]) if control else control
    if opcode in (Op.OP_ENDIF, Op.OP_UNTIL):
        return control[:-1]
    return control
