"""Decoding a script once into the steps that the machine runs.

Whatever can be judged from the bytes alone is judged here, so that the loop
in machine.py only does what depends on the stack.
"""

from __future__ import annotations

from functools import lru_cache

from ..errors import Reason, ScriptError
from ..script.opcodes import opcode_name
from ..script.pushes import encode_push
from .machine import Machine
from .program import Program, Step
from .rules.ruleset import RuleSet

__all__ = ["decode", "decode_kept"]


_PUSHDATA_1, _PUSHDATA_4, _LAST_UNCOUNTED = 0x4C, 0x4E, 0x60
_CODESEPARATOR, _MULTISIGS = 0xAB, (0xAE, 0xAF)
_UNCOUNTED = bytes(range(_LAST_UNCOUNTED + 1))


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


@lru_cache(maxsize=10_001)
def _separator(start: int) -> Step:
    """The step of a code separator: kept, as a script may be made of nothing else."""

    def run(vm: Machine) -> None:
        vm.code_start = start

    return None, run, 0, False, False


class _PaddedPush:
    """What a push does that is not the shortest; small, for the same reason."""

    __slots__ = ("data", "opcode")

    def __init__(self, opcode: int, data: bytes) -> None:
        self.opcode = opcode
        self.data = data

    def __call__(self, _vm: Machine) -> None:
        raise ScriptError(
            Reason.MINIMALDATA,
            f"{opcode_name(self.opcode)} is not the shortest push of 0x{self.data[:32].hex()}",
        )


@lru_cache(maxsize=10_500)
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


def _counted_positions(code: bytes) -> tuple[list[int], bool]:
    """Find the counted opcodes of a script, as positions, and whether one is a multisig."""
    counted: list[int] = []
    has_multisig = False
    position = at = 0
    end = len(code)
    # As `instructions` has it, without making anything: scripts come by the thousand.
    while at < end:
        opcode = code[at]
        at += 1
        if opcode > _LAST_UNCOUNTED:
            counted.append(position)
            if opcode in _MULTISIGS:
                has_multisig = True
        elif opcode < _PUSHDATA_1:
            at += opcode
        elif opcode <= _PUSHDATA_4:
            start = at + (1 << (opcode - _PUSHDATA_1))
            at = start + int.from_bytes(code[at:start], "little")
        position += 1
    return counted, has_multisig


def _limit_operations(code: bytes, steps: list[Step], limit: int) -> None:
    """Enforce the rule of before 2025: at most `limit` counted opcodes in a script."""
    counted, has_multisig = _counted_positions(code)
    if has_multisig:
        # None behind the first that is too many is ever reached.
        for at in counted[: limit + 1]:
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
            append(
                failing(
                    Reason.BAD_OPCODE, "the push extends beyond the end of the script", always=True
                )
            )
        elif size > limits.element_size:
            detail = f"{size} bytes, limit {limits.element_size}"
            append(failing(Reason.PUSH_SIZE, detail, always=True))
        elif (
            minimal
            and (size < 2 or opcode >= _PUSHDATA_1)
            and (code[offset:at] != encode_push(data))
        ):
            append((None, _PaddedPush(opcode, data), 0, False, False))
        else:
            append((data, _nothing, size, True, False))
    limit = limits.operation_count
    if limit is not None and (
        b"\xae" in code
        or b"\xaf" in code
        or (len(steps) > limit and len(code.translate(None, _UNCOUNTED)) > limit)
    ):
        _limit_operations(code, steps, limit)
    return Program(code, tuple(steps))


class _Kept:
    """The programs of the scripts that were decoded last, bounded by the bytes they take.

    There are two generations: once the scripts of the younger have `most_bytes` in sum,
    it becomes the older, and what that held is forgotten unless it has been used since.
    A program takes at most some 70 bytes for each of its script and of the overhead.
    """

    __slots__ = ("_old", "_size", "_young", "most_bytes")

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._young: dict[tuple[bytes, RuleSet], Program] = {}
        self._old: dict[tuple[bytes, RuleSet], Program] = {}
        self._size = 0

    def decode(self, code: bytes, rules: RuleSet) -> Program:
        """Decode `code` under `rules`, or find how it was decoded before."""
        key = code, rules
        program = self._young.get(key)
        return self._load(key) if program is None else program

    def _load(self, key: tuple[bytes, RuleSet]) -> Program:
        program = self._old.get(key) or decode(*key)
        self._size += len(key[0]) + _OVERHEAD
        if self._size > self.most_bytes:
            self._old, self._young, self._size = self._young, {}, len(key[0]) + _OVERHEAD
        self._young[key] = program
        return program


# Of a program beside its steps, in bytes of script.
_OVERHEAD = 16
decode_kept = _Kept(200_000).decode
"""`decode`, with the programs of the last scripts kept: for all but unlocking bytecodes."""
