"""Patterns: built, recognised, and not taken for each other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bchcov import EncodeError
from bchcov.crypto.hashes import hash160, hash256
from bchcov.script.patterns import (
    Multisig,
    data_output,
    is_data_output,
    is_p2pk,
    is_p2pkh,
    is_p2s,
    is_p2sh20,
    is_p2sh32,
    is_unspendable,
    is_witness_program,
    match_multisig,
    multisig,
    p2pk,
    p2pkh,
    p2s,
    p2sh20,
    p2sh32,
    pattern_name,
)

KEY, LONG_KEY = b"\x02" + bytes(32), b"\x04" + bytes(64)
PATTERNS: dict[str, tuple[Callable[[bytes], bool], list[bytes]]] = {
    "p2pkh": (is_p2pkh, [p2pkh(bytes(20))]),
    "p2pk": (is_p2pk, [p2pk(KEY), p2pk(LONG_KEY), p2pk(b"\x06" + bytes(64))]),
    "p2sh20": (is_p2sh20, [p2sh20(b"\x51")]),
    "p2sh32": (is_p2sh32, [p2sh32(b"\x51")]),
    "data": (is_data_output, [data_output(), data_output(b"a", b""), b"\x6a\x50"]),
    "p2s": (is_p2s, [b"", b"\x51", b"\x61" * 201]),
    "multisig": (
        lambda code: match_multisig(code) is not None,
        [multisig(1, [KEY]), multisig(2, [KEY, LONG_KEY, KEY]), multisig(1, [KEY] * 16)],
    ),
}


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_is_recognised_as_itself_only(name: str) -> None:
    for code in PATTERNS[name][1]:
        matching = [other for other, (matches, _) in PATTERNS.items() if matches(code)]
        assert matching == [name]


@pytest.mark.parametrize("name", [name for name in PATTERNS if name not in ("data", "p2s")])
def test_one_byte_more_or_less_is_another_script(name: str) -> None:
    matches, examples = PATTERNS[name]
    for code in examples:
        assert not matches(code[:-1])
        assert not matches(code + b"\x61")
        assert not matches(b"\x61" + code)


@pytest.mark.parametrize(
    "name", ["p2pkh", "p2sh20", "p2sh32", "p2pk"], ids=lambda name: f"{name} opcodes"
)
def test_another_opcode_is_another_script(name: str) -> None:
    matches, examples = PATTERNS[name]
    code = examples[0]
    fixed = {"p2pkh": (0, 1, 2, 23, 24), "p2pk": (0, 1, 34)}.get(name, (0, 1, len(code) - 1))
    for at in fixed:
        assert not matches(code[:at] + bytes((code[at] ^ 0x40,)) + code[at + 1 :])


def test_builders_hash_what_they_pay_to() -> None:
    assert p2sh20(b"abc")[2:-1] == hash160(b"abc")
    assert p2sh32(b"abc")[2:-1] == hash256(b"abc")
    assert data_output(b"\x01", b"hi") == b"\x6a\x51\x02hi"


def test_every_script_has_the_name_of_its_pattern() -> None:
    assert p2s(b"\x61" * 201) == b"\x61" * 201
    names = [pattern_name(examples[0]) for _, examples in PATTERNS.values()]
    assert names == ["P2PKH", "P2PK", "P2SH20", "P2SH32", "data", "P2S", "multisig 1 of 1"]
    assert pattern_name(b"\x61" * 202) == "nonstandard"


def test_nobody_can_spend_what_returns_or_is_too_long_to_run() -> None:
    for code in (b"\x6a", b"\x6a\x61", data_output(b"hi"), bytes(10_001)):
        assert is_unspendable(code)
    for code in (b"", b"\x51\x6a", b"\x61" * 10_000, p2pk(KEY)):
        assert not is_unspendable(code)


def test_a_multisig_is_read_with_its_keys() -> None:
    assert match_multisig(multisig(1, [KEY, LONG_KEY])) == Multisig(1, (KEY, LONG_KEY))


@pytest.mark.parametrize("size", [33, 65])
def test_the_first_byte_of_a_key_gives_its_length(size: int) -> None:
    # Hybrid keys, 06 and 07, are as standard as they ever were.
    right = {33: {2, 3}, 65: {4, 6, 7}}[size]
    for first in range(256):
        key = bytes((first,)) + bytes(size - 1)
        assert is_p2pk(bytes((size,)) + key + b"\xac") is (first in right)
        code = b"\x51" + bytes((size,)) + key + b"\x51\xae"
        assert (match_multisig(code) is not None) is (first in right)


def test_a_multisig_of_more_keys_than_a_small_number_is_built_but_not_standard() -> None:
    assert match_multisig(multisig(16, [KEY] * 16)) == Multisig(16, (KEY,) * 16)
    code = multisig(17, [KEY] * 17)
    assert code[:2] == b"\x01\x11"
    assert code[-3:] == b"\x01\x11\xae"
    assert match_multisig(code) is None
    assert len(multisig(20, [KEY] * 20)) == 20 * 34 + 5


@pytest.mark.parametrize(
    "code",
    [
        b"\x51\xae",
        b"\x52" + b"\x21" + KEY + b"\x51\xae",
        b"\x51" + b"\x21" + KEY + b"\x52\xae",
        b"\x51" + b"\x21" + b"\x05" + bytes(32) + b"\x51\xae",
        b"\x01\x01" + b"\x21" + KEY + b"\x51\xae",
        b"\x51" + b"\x21" + KEY + b"\x51\xaf",
        b"\x51" + b"\x51" * 40 + b"\x51\xae",
        # OP_RESERVED and OP_0 are no numbers of keys, and OP_NOP is not 17.
        b"\x50" + b"\x21" + KEY + b"\x51\xae",
        b"\x00" + b"\x21" + KEY + b"\x51\xae",
        b"\x51" + (b"\x21" + KEY) * 17 + b"\x61\xae",
        # Keys that are not pushed in the shortest way. Source: Bitcoin Cash Node 29,
        # src/script/standard.cpp, MatchMultisig.
        b"\x51" + b"\x4c\x21" + KEY + b"\x51\xae",
        b"\x51" + b"\x4d\x41\x00" + LONG_KEY + b"\x51\xae",
        b"\x51" + b"\x4e\x21\x00\x00\x00" + KEY + b"\x51\xae",
        b"\x51" + b"\x21" + KEY + b"\x4c\x21" + KEY + b"\x52\xae",
    ],
)
def test_what_is_nearly_a_multisig_is_none(code: bytes) -> None:
    assert match_multisig(code) is None


@pytest.mark.parametrize(
    "build",
    [
        lambda: p2pkh(bytes(19)),
        lambda: p2pk(bytes(33)),
        lambda: p2pk(b""),
        lambda: p2s(b"\x61" * 202),
        lambda: p2s(b"\xef"),
        lambda: p2s(multisig(1, [KEY] * 4)),
        lambda: p2s(multisig(5, [KEY] * 5)),
        lambda: multisig(0, [KEY]),
        lambda: multisig(2, [KEY]),
        lambda: multisig(1, [KEY] * 21),
        lambda: multisig(1, [b"\x05" + bytes(32)]),
    ],
)
def test_what_cannot_be_built_is_an_error(build: Callable[[], bytes]) -> None:
    with pytest.raises(EncodeError):
        build()


def test_data_outputs_hold_whole_pushes_only() -> None:
    assert not is_data_output(b"\x6a\x05a")
    assert not is_data_output(b"\x6a\x61")
    assert not is_data_output(b"")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("0002aaaa", True),
        ("6002aaaa", True),
        ("6102aaaa", False),
        ("0003aaaa", False),
        ("00", False),
    ],
)
def test_witness_programs_are_a_version_and_a_push(code: str, expected: bool) -> None:
    assert is_witness_program(bytes.fromhex(code)) is expected
    assert is_witness_program(b"\x00\x28" + bytes(40))
    assert not is_witness_program(b"\x00\x29" + bytes(41))


def test_a_witness_program_is_a_version_and_one_push_of_2_to_40_bytes() -> None:
    # Source: Bitcoin Cash Node 29, src/script/script.cpp, IsWitnessProgram.
    for version in range(256):
        right = version == 0 or 0x51 <= version <= 0x60
        assert is_witness_program(bytes((version, 2)) + b"ab") is right
    for size in range(80):
        code = bytes((0, size)) + bytes(size)
        assert is_witness_program(code) is (2 <= size <= 40)
        assert not is_witness_program(code + b"\x00")
        assert not is_witness_program(code[:-1])
    assert not is_witness_program(b"\x00\x4c\x02ab")
