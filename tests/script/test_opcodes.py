"""Opcodes: every byte has one name, and every name that was ever used has its byte."""

from __future__ import annotations

import pytest

from bchcov.script.opcodes import OPCODES_BY_NAME, Op, opcode_name


def test_every_byte_has_a_name_and_every_name_a_byte() -> None:
    names = [opcode_name(code) for code in range(256)]
    assert len(set(names)) == 256
    for code, name in enumerate(names):
        assert OPCODES_BY_NAME[name] == code
    assert all(0 <= code < 256 for code in OPCODES_BY_NAME.values())


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (0x00, "OP_0"),
        (0x01, "OP_PUSHBYTES_1"),
        (0x4B, "OP_PUSHBYTES_75"),
        (0x4C, "OP_PUSHDATA_1"),
        (0x4F, "OP_1NEGATE"),
        (0x50, "OP_RESERVED"),
        (0x60, "OP_16"),
        (0x65, "OP_BEGIN"),
        (0xB0, "OP_NOP1"),
        (0xBC, "OP_REVERSEBYTES"),
        (0xBD, "OP_UNKNOWN189"),
        (0xC0, "OP_INPUTINDEX"),
        (0xD3, "OP_OUTPUTTOKENAMOUNT"),
        (0xD4, "OP_UNKNOWN212"),
        (0xFF, "OP_UNKNOWN255"),
    ],
)
def test_the_edges_of_each_range_have_their_names(code: int, name: str) -> None:
    assert opcode_name(code) == name


@pytest.mark.parametrize(
    ("earlier", "latest"),
    [
        ("OP_FALSE", Op.OP_0),
        ("OP_TRUE", Op.OP_1),
        ("OP_PUSHDATA1", Op.OP_PUSHDATA_1),
        ("OP_PUSHDATA2", Op.OP_PUSHDATA_2),
        ("OP_PUSHDATA4", Op.OP_PUSHDATA_4),
        ("OP_VER", Op.OP_EVAL),
        ("OP_VERIF", Op.OP_BEGIN),
        ("OP_VERNOTIF", Op.OP_UNTIL),
        ("OP_SUBSTR", Op.OP_SPLIT),
        ("OP_LEFT", Op.OP_NUM2BIN),
        ("OP_RIGHT", Op.OP_BIN2NUM),
        ("OP_RESERVED1", Op.OP_DEFINE),
        ("OP_RESERVED2", Op.OP_INVOKE),
        ("OP_2MUL", Op.OP_LSHIFTNUM),
        ("OP_2DIV", Op.OP_RSHIFTNUM),
        ("OP_LSHIFT", Op.OP_LSHIFTBIN),
        ("OP_RSHIFT", Op.OP_RSHIFTBIN),
        ("OP_POW", Op.OP_NOP1),
        ("OP_NOP2", Op.OP_CHECKLOCKTIMEVERIFY),
        ("OP_NOP3", Op.OP_CHECKSEQUENCEVERIFY),
    ],
)
def test_an_earlier_name_is_the_byte_of_the_latest(earlier: str, latest: Op) -> None:
    assert OPCODES_BY_NAME[earlier] == latest
    assert opcode_name(latest) == latest.name != earlier


@pytest.mark.parametrize("code", [-1, 256])
def test_what_is_no_byte_has_no_name(code: int) -> None:
    with pytest.raises(KeyError):
        opcode_name(code)
