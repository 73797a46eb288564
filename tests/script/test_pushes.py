"""Pushes and instructions: written in the shortest form, read from any bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bchcov.script.numbers import encode_number
from bchcov.script.pushes import (
    Instruction,
    encode_push,
    encode_push_by_length,
    encode_push_number,
    instructions,
    is_push_only,
)

# Bytes that look like scripts: pushes with odd lengths among plain opcodes.
CODES = st.binary(max_size=80) | st.lists(
    st.sampled_from([b"\x4c\x02ab", b"\x4d\x01\x00a", b"\x4e", b"\x01", b"\x4b", b"\x51", b"\x6a"])
).map(b"".join)


@pytest.mark.parametrize(
    ("size", "prefix"),
    [
        (2, "02"),
        (75, "4b"),
        (76, "4c4c"),
        (255, "4cff"),
        (256, "4d0001"),
        (65_535, "4dffff"),
        (65_536, "4e00000100"),
    ],
)
def test_a_push_has_the_shortest_prefix(size: int, prefix: str) -> None:
    data = b"\xaa" * size
    assert encode_push(data) == bytes.fromhex(prefix) + data


def test_small_numbers_are_opcodes() -> None:
    assert encode_push(b"") == b"\x00"
    assert [encode_push_number(value)[0] for value in (-1, 0, 1, 16)] == [0x4F, 0x00, 0x51, 0x60]
    assert encode_push_number(17) == b"\x01\x11"
    assert encode_push(b"\x00") == b"\x01\x00"


@given(st.binary(max_size=300))
def test_a_push_reads_back(data: bytes) -> None:
    (step,) = instructions(encode_push(data))
    assert not step.missing
    assert (small_number(step.opcode) if step.data is None else step.data) == data
    assert is_push_only(encode_push(data))


def small_number(opcode: int) -> bytes:
    """What an opcode that pushes a number leaves on the stack."""
    return b"" if opcode == 0 else encode_number(opcode - 0x50)


def test_every_push_of_a_byte_reads_back_in_the_shortest_form() -> None:
    for value in range(256):
        encoded = encode_push(bytes((value,)))
        (step,) = instructions(encoded)
        assert (small_number(step.opcode) if step.data is None else step.data) == bytes((value,))
        assert len(encoded) == (1 if 1 <= value <= 16 or value == 0x81 else 2)


@pytest.mark.parametrize("size", [0, 1, 75, 76, 255, 256, 520, 65_535])
def test_a_push_by_length_has_no_opcode_for_a_small_number(size: int) -> None:
    data = b"\x01" * size
    (step,) = instructions(encode_push_by_length(data))
    assert (step.data or b"", step.missing) == (data, 0)
    if size != 1:
        assert encode_push_by_length(data) == encode_push(data)
    else:
        assert encode_push_by_length(data) == b"\x01\x01"


@given(CODES)
def test_instructions_cover_any_bytes(code: bytes) -> None:
    steps = list(instructions(code))
    ends = [step.end for step in steps]
    assert [step.offset for step in steps] == [0, *ends[:-1]] if steps else not code
    assert (ends[-1] if ends else 0) == len(code)
    assert not any(step.missing for step in steps[:-1])
    if steps:
        middle = steps[len(steps) // 2]
        assert list(instructions(code, middle.offset)) == steps[len(steps) // 2 :]


def rejoin(step: Instruction) -> bytes:
    """Write an instruction from its parts alone."""
    if step.data is None:
        return bytes((step.opcode,))
    width = {0x4C: 1, 0x4D: 2, 0x4E: 4}.get(step.opcode, 0)
    prefix = (
        b"" if step.announced < 0 else step.announced.to_bytes(width, "little") if width else b""
    )
    return bytes((step.opcode,)) + prefix + step.data


@given(CODES)
def test_the_parts_of_all_instructions_are_the_script_again(code: bytes) -> None:
    assert b"".join(map(rejoin, instructions(code))) == code


@given(CODES)
def test_push_only_is_what_its_instructions_say(code: bytes) -> None:
    slow = all(step.opcode <= 0x60 and not step.missing for step in instructions(code))
    assert is_push_only(code) is slow


@pytest.mark.parametrize(
    ("code", "missing", "announced"),
    [("05aabb", 3, 5), ("4c", 1, -1), ("4d05", 1, -1), ("4e000000", 1, -1), ("4c02aa", 1, 2)],
)
def test_what_is_cut_off_says_how_much_is_missing(code: str, missing: int, announced: int) -> None:
    (step,) = instructions(bytes.fromhex(code))
    assert (step.missing, step.announced) == (missing, announced)
