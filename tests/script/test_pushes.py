"""Pushes and instructions: written in the shortest form, read from any bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bchcov.script.opcodes import OPCODES_BY_NAME, Op, opcode_name
from bchcov.script.pushes import encode_push, encode_push_number, instructions, is_push_only

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
    if step.data is not None:
        assert step.data == data
    assert is_push_only(encode_push(data))


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


def test_every_byte_has_a_name_and_every_name_a_byte() -> None:
    for code in range(256):
        assert OPCODES_BY_NAME[opcode_name(code)] == code
    assert opcode_name(0x05) == "OP_PUSHBYTES_5"
    assert opcode_name(0xBD) == "OP_UNKNOWN189"
    assert OPCODES_BY_NAME["OP_VERIF"] == Op.OP_BEGIN
    assert OPCODES_BY_NAME["OP_PUSHDATA1"] == OPCODES_BY_NAME["OP_PUSHDATA_1"] == 0x4C
