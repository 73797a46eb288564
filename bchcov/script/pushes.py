"""Pushes: reading the instructions of a script, and writing data into one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .numbers import encode_number

__all__ = [
    "Instruction",
    "encode_push",
    "encode_push_by_length",
    "encode_push_number",
    "instructions",
    "is_push_only",
    "offset_of",
]

_PUSHDATA_1, _PUSHDATA_4, _LAST_PUSH = 0x4C, 0x4E, 0x60


class Instruction(NamedTuple):
    """One instruction: where it begins, its opcode, and its data if it carries any.

    `missing` counts the bytes by which the script ends too early, 0 for a whole one;
    `data` then holds what is there. `announced` is the length that the instruction
    gives, or -1 where its length prefix is what is cut off (and is then in `data`).
    """

    offset: int
    opcode: int
    data: bytes | None
    missing: int = 0
    announced: int = 0

    @property
    def end(self) -> int:
        """Where the next instruction begins, in bytes."""
        if self.data is None:
            return self.offset + 1
        prefix = 1 << (self.opcode - _PUSHDATA_1) if self.opcode >= _PUSHDATA_1 else 0
        return self.offset + 1 + len(self.data) + (prefix if self.announced >= 0 else 0)


def instructions(code: bytes, start: int = 0) -> Iterator[Instruction]:
    """Yield the instructions of any byte string from `start` on; only the last can be cut off."""
    at, end = start, len(code)
    while at < end:
        offset, opcode = at, code[at]
        at += 1
        if opcode > _PUSHDATA_4 or not opcode:
            yield Instruction(offset, opcode, None)
            continue
        size = opcode
        if opcode >= _PUSHDATA_1:
            width = 1 << (opcode - _PUSHDATA_1)
            prefix = code[at : at + width]
            if len(prefix) < width:
                yield Instruction(offset, opcode, prefix, width - len(prefix), -1)
                return
            size, at = int.from_bytes(prefix, "little"), at + width
        data = code[at : at + size]
        yield Instruction(offset, opcode, data, size - len(data), size)
        at += size


def offset_of(code: bytes, position: int) -> int:
    """Find the byte at which an instruction begins, counted from 0; the end if there is none."""
    # Scripts may be long, and refusals many: no objects are made.
    at, end = 0, len(code)
    while position and at < end:
        position -= 1
        opcode = code[at]
        at += 1
        if opcode < _PUSHDATA_1:
            at += opcode
        elif opcode <= _PUSHDATA_4:
            start = at + (1 << (opcode - _PUSHDATA_1))
            at = start + int.from_bytes(code[at:start], "little")
    return min(at, end)


def encode_push(data: bytes) -> bytes:
    """Encode the shortest instruction that pushes `data`, as MINIMALDATA demands."""
    size = len(data)
    if size == 1:
        value = data[0]
        if 1 <= value <= 16:
            return bytes((0x50 + value,))
        if value == 0x81:
            return b"\x4f"
    return encode_push_by_length(data)


def encode_push_by_length(data: bytes) -> bytes:
    """Encode the shortest push whose form depends on the length of `data` alone.

    Nodes write pushes this way in their test files, and once searched scripts for
    signatures in this form. Small numbers do not become opcodes here.
    """
    size = len(data)
    if size < _PUSHDATA_1:
        return bytes((size,)) + data
    if size <= 0xFF:
        return b"\x4c" + bytes((size,)) + data
    if size <= 0xFFFF:
        return b"\x4d" + size.to_bytes(2, "little") + data
    return b"\x4e" + size.to_bytes(4, "little") + data


def encode_push_number(value: int) -> bytes:
    """Encode the shortest instruction that pushes `value` as a VM number."""
    return encode_push(encode_number(value))


def is_push_only(code: bytes) -> bool:
    """Whether a script only pushes (OP_RESERVED counts) and its last push is whole."""
    # This runs for every input of every transaction, so it makes no Instruction objects.
    at, end = 0, len(code)
    while at < end:
        opcode = code[at]
        at += 1
        if opcode > _LAST_PUSH:
            return False
        if opcode < _PUSHDATA_1:
            at += opcode
        elif opcode <= _PUSHDATA_4:
            start = at + (1 << (opcode - _PUSHDATA_1))
            if start > end:
                return False
            at = start + int.from_bytes(code[at:start], "little")
    return at == end
