"""Decoding a script once into the steps that the machine runs.

All checks that depend on the script's bytes alone are made here, so that the loop in
machine.py only does what depends on the stack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from ..errors import Reason
from ..script.opcodes import opcode_name
from ..script.pushes import encode_push
from .failing import NonMinimalPush, failing
from .machine import Machine
from .program import Program, Step
from .rules.ruleset import RuleSet

__all__ = ["decode", "decode_kept", "exchanging", "is_exchanging"]


_PUSHDATA_1, _PUSHDATA_4, _LAST_UNCOUNTED = 0x4C, 0x4E, 0x60
_CODESEPARATOR, _MULTISIGS = 0xAB, (0xAE, 0xAF)
_UNCOUNTED = bytes(range(_LAST_UNCOUNTED + 1))


def _no_run(vm: Machine) -> None:
    """Do nothing: the machine's loop itself makes the push."""


def _push(data: bytes) -> Step:
    return data, _no_run, len(data), True, False


@lru_cache(maxsize=64)
def _step_table(rules: RuleSet) -> tuple[Step, ...]:
    """Make the step of each opcode byte, except those that depend on their position."""
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
    """Make the step of an OP_CODESEPARATOR; cached, since a script may have thousands."""

    def run(vm: Machine) -> None:
        vm.code_start = start

    return None, run, 0, False, False


@lru_cache(maxsize=10_500)
def _counted(step: Step, limit: int) -> Step:
    """Wrap `step` to count itself as an operation when it is reached, and fail beyond `limit`.

    Only scripts with a multisig need this: its public keys count as operations too, so that
    the count depends on the stack.
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
    """Find the positions of counted opcodes, and whether one of them is a multisig."""
    counted: list[int] = []
    has_multisig = False
    position = at = 0
    end = len(code)
    # The same walk as `instructions`, without making objects, for speed.
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
    """Enforce the limit on counted opcodes in one script (until 2025)."""
    counted, has_multisig = _counted_positions(code)
    if has_multisig:
        # Nothing after the first operation beyond the limit can be reached.
        for at in counted[: limit + 1]:
            steps[at] = _counted(steps[at], limit)
    elif len(counted) > limit:
        steps[counted[limit]] = failing(
            Reason.OP_COUNT, f"{limit + 1} operations, limit {limit}", always=True
        )


def decode(code: bytes, rules: RuleSet) -> Program:
    """Decode `code` under `rules`; an invalid part becomes a step that fails when reached."""
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
            append((None, NonMinimalPush(opcode, data), 0, False, False))
        else:
            append((data, _no_run, size, True, False))
    limit = limits.operation_count
    if limit is not None and (
        b"\xae" in code
        or b"\xaf" in code
        or (len(steps) > limit and len(code.translate(None, _UNCOUNTED)) > limit)
    ):
        _limit_operations(code, steps, limit)
    return Program(code, tuple(steps))


Change = Callable[[tuple[Step, ...], RuleSet], tuple[Step, ...]]


class _ProgramCache:
    """A cache of recently decoded scripts, bounded by the total size of the scripts.

    It has two generations: once the scripts of the young one exceed `most_bytes` in total,
    it becomes the old one, and the previous old one is dropped; programs used since then
    are in the young one. A program takes about 70 bytes of memory per byte of its script and
    of the overhead.
    """

    __slots__ = ("_changes", "_old", "_size", "_young", "most_bytes")

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._young: dict[tuple[bytes, RuleSet], Program] = {}
        self._old: dict[tuple[bytes, RuleSet], Program] = {}
        self._size = 0
        self._changes: dict[bytes, list[Change]] = {}

    def decode(self, code: bytes, rules: RuleSet) -> Program:
        """Decode `code` under `rules`, or return the cached program."""
        key = code, rules
        program = self._young.get(key)
        return self._load(key) if program is None else program

    def _load(self, key: tuple[bytes, RuleSet]) -> Program:
        program = self._old.get(key) or self._decode(*key)
        self._size += len(key[0]) + _OVERHEAD
        if self._size > self.most_bytes:
            self._old, self._young, self._size = self._young, {}, len(key[0]) + _OVERHEAD
        self._young[key] = program
        return program

    def _decode(self, code: bytes, rules: RuleSet) -> Program:
        program = decode(code, rules)
        for change in self._changes.get(code, ()):
            program = Program(code, change(program.steps, rules))
        return program

    @contextmanager
    def exchanging(self, code: bytes, change: Change) -> Iterator[None]:
        """Change the steps of a script within the block; what runs has no part in it."""
        changes = self._changes.setdefault(code, [])
        changes.append(change)
        self._forget(code)
        try:
            yield
        finally:
            changes.remove(change)
            if not changes:
                del self._changes[code]
            self._forget(code)

    def is_exchanging(self) -> bool:
        """Whether the steps of some script are exchanged at the moment."""
        return bool(self._changes)

    def _forget(self, code: bytes) -> None:
        for kept in (self._young, self._old):
            for key in [key for key in kept if key[0] == code]:
                del kept[key]


# The memory of a program besides its steps, expressed in bytes of script.
_OVERHEAD = 16
_KEPT = _ProgramCache(200_000)
decode_kept = _KEPT.decode
"""`decode` with a cache, for scripts that are likely to run again (not unlocking bytecodes)."""
is_exchanging = _KEPT.is_exchanging
exchanging = _KEPT.exchanging
"""Change the steps that `decode_kept` returns for a script, within a `with` block."""
