"""Script bytes, decoded once into steps the machine can run.

Whatever can be judged from the bytes alone is judged here, so that the loop
in machine.py only does what depends on the stack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from ..errors import Reason, ScriptError
from ..script.opcodes import opcode_name
from ..script.pushes import Instruction, encode_push, instructions
from .machine import Machine
from .rules.ruleset import RuleSet

__all__ = ["Program", "Step", "decode", "decode_kept"]

# (data, run, takes, grows, is_control). For a push `takes` is what it costs, its length.
# A plain tuple unpacks faster than a NamedTuple does in CPython 3.11, by about a tenth
# of a whole step.
Step = tuple[bytes | None, Callable[..., Any], int, bool, bool]

_PUSHDATA_1, _PUSHDATA_4, _LAST_UNCOUNTED = 0x4C, 0x4E, 0x60
_CODESEPARATOR, _MULTISIGS = 0xAB, (0xAE, 0xAF)
# The worst script of 10,000 bytes decodes to about half a megabyte.
_KEPT_PROGRAMS = 512


class Program(NamedTuple):
    """A decoded script: its bytes and its steps."""

    code: bytes
    steps: tuple[Step, ...]

    def instructions(self) -> Iterator[Instruction]:
        """Yield what the code says at each position."""
        return instructions(self.code)


def _nothing(vm: Machine) -> None:
    """Pushes are done by the machine's loop itself."""


def _push(data: bytes) -> Step:
    return data, _nothing, len(data), True, False


def failing(reason: Reason, detail: str, *, always: bool) -> Step:
    """Make the step that fails when it is executed, or `always` when it is reached."""

    def run(vm: Machine, position: int = 0) -> int:
        raise ScriptError(reason, detail)

    return None, run, 0, False, always


@lru_cache(maxsize=64)
def _step_table(rules: RuleSet) -> tuple[Step, ...]:
    """The step of each opcode byte, but for those that depend on where they stand."""
    table = [failing(Reason.BAD_OPCODE, opcode_name(code), always=False) for code in range(256)]
    for op in rules.operations.values():
        table[op.opcode] = (None, op.run, op.takes, op.grows, op.is_control)
    table[0x00] = _push(b"")
    table[0x4F] = _push(b"\x81")
    for value in range(1, 17):
        table[0x50 + value] = _push(bytes((value,)))
    return tuple(table)


def _separator(start: int) -> Step:
    def run(vm: Machine) -> None:
        vm.code_start = start

    return None, run, 0, False, False


def _counted(step: Step, limit: int) -> Step:
    """Let `step` count itself when it is reached, and fail beyond `limit`.

    Only scripts with a multisig need this: its public keys count as operations too.
    """
    _, run, takes, grows, is_control = step

    def run_counted(vm: Machine, position: int) -> int:
        vm.count_operations(1, limit)
        if is_control:
            return run(vm, position)  # type: ignore[no-any-return]
        if vm.executing:
            vm.execute(run, takes, grows=grows)
        return position

    return None, run_counted, 0, False, True


def _limit_operations(code: bytes, steps: list[Step], limit: int) -> None:
    """Enforce the rule of before 2025: at most `limit` counted opcodes in a script."""
    opcodes = [step.opcode for step in instructions(code)]
    counted = [at for at, opcode in enumerate(opcodes) if opcode > _LAST_UNCOUNTED]
    if any(opcode in _MULTISIGS for opcode in opcodes):
        for at in counted:
            steps[at] = _counted(steps[at], limit)
    elif len(counted) > limit:
        steps[counted[limit]] = failing(
            Reason.OP_COUNT, f"{limit + 1} operations, limit {limit}", always=True
        )


def decode(code: bytes, rules: RuleSet) -> Program:
    """Decode any `code` under `rules`; what is wrong with it fails when it is reached."""
    table, limits, minimal = _step_table(rules), rules.limits, rules.switches.minimal_data
    steps: list[Step] = []
    append = steps.append
    at, end = 0, len(code)
    while at < end:
        offset, opcode = at, code[at]
        at += 1
        if opcode > _PUSHDATA_4 or not opcode:
            append(_separator(at) if opcode == _CODESEPARATOR else table[opcode])
            continue
        size, start = opcode, at
        if opcode >= _PUSHDATA_1:
            start = at + (1 << (opcode - _PUSHDATA_1))
            size = int.from_bytes(code[at:start], "little") if start <= end else end
        at = start + size
        data = code[start:at]
        if at > end:
            append(failing(Reason.BAD_OPCODE, "a push goes past the end", always=True))
        elif size > limits.element_size:
            detail = f"{size} bytes, limit {limits.element_size}"
            append(failing(Reason.PUSH_SIZE, detail, always=True))
        elif (
            minimal
            and (size < 2 or opcode >= _PUSHDATA_1)
            and (code[offset:at] != encode_push(data))
        ):
            detail = f"{opcode_name(opcode)} is not the shortest push of 0x{data[:32].hex()}"
            append(failing(Reason.MINIMALDATA, detail, always=False))
        else:
            append((data, _nothing, size, True, False))
    limit = limits.operation_count
    if limit is not None and (len(steps) > limit or b"\xae" in code or b"\xaf" in code):
        _limit_operations(code, steps, limit)
    return Program(code, tuple(steps))


decode_kept = lru_cache(maxsize=_KEPT_PROGRAMS)(decode)
"""`decode`, with the programs of the last scripts kept: for all but unlocking bytecodes."""
