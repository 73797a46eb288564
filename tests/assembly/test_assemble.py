"""CashAssembly: every part of the grammar, and every error at its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bchcov import BCH_2025, AssemblyError
from bchcov.assembly import (
    Span,
    assemble,
    assemble_with_map,
    disassemble,
    disassemble_lines,
)
from bchcov.assembly.tokens import normalize_source

EXAMPLES = {
    "": "",
    "OP_1 OP_ADD": "5193",
    "<1><2>OP_ADD": "515293",
    "<0x0102>": "020102",
    "0x0102": "0102",
    "0xAb_cD": "abcd",
    "0b101": "05",
    "0b1_0000_0000": "8000",
    "<0b11>": "53",
    "'abc'": "616263",
    '"it\'s"': "69742773",
    "<'é'>": "02c3a9",
    "<''>": "00",
    "5": "05",
    "-5": "85",
    "<1_000>": "02e803",
    "-0": "",
    "<-1>": "4f",
    "<16> <17>": "600111",
    "<>": "00",
    "$(<1> <2> OP_ADD)": "03",
    "<$(<'abc'> OP_SIZE OP_NIP)>": "53",
    "OP_PUSHBYTES_1 0x01": "0101",
    "OP_PUSHDATA_1 0x01ff": "4c01ff",
    "OP_UNKNOWN189": "bd",
    "OP_VERIF OP_BEGIN": "6565",
    "// nothing\nOP_1 // more": "51",
    "/* a\nb */ OP_1 /**/": "51",
    "OP_1 /* // */ OP_2": "5152",
    "OP_1//\n//x\nOP_2": "5152",
    "'/* no comment */'": "2f2a206e6f20636f6d6d656e74202a2f",
    "\t\r\n OP_1\u00a0": "51",
}


@pytest.mark.parametrize("source", EXAMPLES)
def test_a_source_assembles_to_its_bytes(source: str) -> None:
    assert assemble(source).hex() == EXAMPLES[source]


def test_pushes_nest() -> None:
    assert assemble("<<<1>>>").hex() == "020151"
    assert assemble("<OP_1 <0xaabb>>").hex() == "045102aabb"


def test_bindings_are_bytes_numbers_and_source() -> None:
    bindings: dict[str, bytes | int | str] = {
        "key": b"\xaa" * 3,
        "count": 1000,
        "double": "OP_DUP OP_ADD",
        "twice": "double double",
    }
    assert assemble("<key> key", bindings).hex() == "03aaaaaa" + "aaaaaa"
    assert assemble("<count> count", bindings).hex() == "02e803" + "e803"
    assert assemble("<5> twice", bindings).hex() == "5576937693"
    assert assemble("<twice>", bindings).hex() == "0476937693"
    assert assemble("a.b-c_1", {"a.b-c_1": b"\x01"}) == b"\x01"


def test_an_opcode_cannot_be_bound() -> None:
    with pytest.raises(AssemblyError, match="'OP_1' is an opcode and cannot be bound"):
        assemble("OP_1", {"OP_1": b"\x99"})


def test_evaluations_run_under_the_rules_that_are_given() -> None:
    assert assemble("$(<1> OP_BEGIN OP_1ADD <3> OP_2DUP OP_EQUAL OP_NIP OP_UNTIL)") == b"\x03"
    with pytest.raises(AssemblyError, match="BAD_OPCODE"):
        assemble("$(<1> OP_BEGIN OP_1 OP_UNTIL)", rules=BCH_2025)


ERRORS = [
    ("OP_1 OP_ADDD", 1, 6, "unknown name 'OP_ADDD'; did you mean OP_ADD"),
    ("OP_1\n  foo", 2, 3, "unknown name 'foo'"),
    ("OP_1 <OP_2", 1, 6, "unclosed '<': '>' is missing"),
    ("OP_1 $(OP_2", 1, 6, r"unclosed '\$\('"),
    ("OP_1 >", 1, 6, "unexpected '>'"),
    ("<OP_1 )", 1, 7, r"unexpected '\)' inside '<'"),
    ("$(OP_1 >", 1, 8, r"unexpected '>' inside '\$\('"),
    ("\n\n /* open", 3, 2, "unclosed comment"),
    ("'open", 1, 1, "unclosed text"),
    ('OP_1 "open', 1, 6, "unclosed text"),
    ("0x123", 1, 1, "'0x123' has an odd number of hexadecimal digits: 3"),
    ("0x", 1, 1, "digits are missing"),
    ("0x_12", 1, 1, "digits are missing"),
    ("0b", 1, 1, "digits are missing"),
    ("0b1_", 1, 1, "digits are missing"),
    ("1_", 1, 1, "a digit is missing"),
    ("#", 1, 1, "unexpected '#': expected"),
    ("OP_1 $", 1, 6, r"unexpected '\$': expected"),
    ("--5", 1, 1, "unexpected '-': expected"),
    ("é", 1, 1, "unexpected 'é': expected"),
    ("/", 1, 1, "unexpected '/': expected"),
    ("OP_1 $(OP_ADD)", 1, 6, "the evaluation fails: INVALID_STACK_OPERATION"),
    ("$(OP_1 OP_1)", 1, 1, "leaves 2 stack items: expected 1"),
    ("$()", 1, 1, "leaves 0 stack items: expected 1"),
    ("$(OP_BEGIN OP_0 OP_UNTIL)", 1, 1, "OP_COST"),
    ("'\ud800'", 1, 1, "cannot be encoded as UTF-8"),
]


@pytest.mark.parametrize(("source", "line", "column", "message"), ERRORS)
def test_an_error_names_its_place_and_what_is_wrong(
    source: str, line: int, column: int, message: str
) -> None:
    with pytest.raises(AssemblyError, match=message) as caught:
        assemble(source)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert str(caught.value).startswith(f"line {line}, column {column}: ")


def test_an_error_in_a_binding_names_the_binding() -> None:
    with pytest.raises(AssemblyError, match="in 'inner': unknown name 'OP_NO'") as caught:
        assemble("outer", {"outer": "OP_1 inner", "inner": "\n OP_NO"})
    assert (caught.value.line, caught.value.column) == (2, 2)


def test_what_cannot_be_parsed_is_told_before_what_cannot_be_assembled() -> None:
    for bindings in ({"a": "OP_NO <OP_1"}, {"a": "b", "b": "OP_NO <OP_1"}):
        inner = [*bindings][-1]
        with pytest.raises(AssemblyError, match=f"in '{inner}': unclosed '<'") as caught:
            assemble("<OP_1 a>", bindings)
        assert (caught.value.line, caught.value.column) == (1, 7)
        with pytest.raises(AssemblyError, match=r"^line 2, column 1: unexpected '\)'"):
            assemble("<OP_1 a>\n)", bindings)


@pytest.mark.parametrize(
    ("bindings", "circle"),
    [({"a": "a"}, "a -> a"), ({"a": "OP_1 <b>", "b": "$(c)", "c": "a"}, "a -> b -> c -> a")],
)
def test_a_binding_made_of_itself_is_an_error(bindings: dict[str, str], circle: str) -> None:
    with pytest.raises(AssemblyError, match=circle):
        assemble("a", bindings)


def test_a_chain_of_bindings_may_be_long_and_is_never_too_deep() -> None:
    chain: dict[str, bytes | int | str] = {f"n{at}": f"n{at + 1}" for at in range(90)}
    assert assemble("n0", {**chain, "n90": "OP_1"}) == b"\x51"
    endless: dict[str, bytes | int | str] = {f"n{at}": f"n{at + 1}" for at in range(5_000)}
    with pytest.raises(AssemblyError, match="deep"):
        assemble("n0", {**endless, "n5000": "OP_1"})


def doubling(times: int, last: str) -> dict[str, bytes | int | str]:
    return {**{f"n{at}": f"n{at + 1} n{at + 1}" for at in range(times)}, f"n{times}": last}


def test_bindings_that_double_each_other_end_at_the_size_of_a_transaction() -> None:
    assert assemble("n0", doubling(10, "OP_1")) == b"\x51" * 1024
    assert assemble("n0", doubling(90, "''")) == b""
    with pytest.raises(
        AssemblyError, match="including 'n21' the script has 1048576 bytes, limit 1000000"
    ):
        assemble("n0", doubling(40, "OP_1"))
    with pytest.raises(AssemblyError, match="'big' the script has 1200000 bytes") as caught:
        assemble("big\nbig", {"big": bytes(600_000)})
    assert (caught.value.line, caught.value.column) == (2, 1)


@pytest.mark.parametrize(("value", "kind"), [(None, "NoneType"), (1.5, "float"), ([1], "list")])
def test_a_binding_that_is_neither_bytes_nor_a_number_nor_source_is_an_error(
    value: Any, kind: str
) -> None:
    with pytest.raises(
        AssemblyError, match=f"binding 'a' must be bytes, an int or a str, not a {kind}"
    ) as caught:
        assemble("OP_1 a", {"a": value})
    assert (caught.value.line, caught.value.column) == (1, 6)


def test_a_name_in_the_wrong_case_is_found() -> None:
    with pytest.raises(AssemblyError, match="'op_dup'; did you mean OP_DUP"):
        assemble("op_dup")
    with pytest.raises(AssemblyError, match="'Owner'; did you mean owner"):
        assemble("Owner", {"owner": b""})


def test_a_source_is_read_in_normal_form_as_libauth_reads_it() -> None:
    assert assemble("'\ufb01'") == b"fi"
    assert assemble("'e\u0301'") == "\u00e9".encode()
    assert assemble("\uff1c\uff11\uff1e") == b"\x51"
    with pytest.raises(
        AssemblyError, match="too many combining marks in a row, limit 30"
    ) as caught:
        assemble("OP_1\n'a" + "\u0301\u0323" * 100_000 + "'")
    assert (caught.value.line, caught.value.column) == (2, 33)


@pytest.mark.parametrize(("letter", "length"), [("\ufdfa", 18), ("\u3300", 4), ("\U0001d160", 3)])
def test_text_may_become_so_much_longer_by_normalizing_and_no_more(
    letter: str, length: int
) -> None:
    allowed = 100_000 // (length - 1)
    source = "OP_1 // caf\u00e9\n<'" + letter * allowed + "'>"
    assert normalize_source(source) == normalize("NFKC", source)
    over = source.replace("'>", letter + "'>")
    with pytest.raises(
        AssemblyError, match="characters longer in Unicode's form NFKC, limit 100000"
    ) as caught:
        assemble(over)
    assert (caught.value.line, caught.value.column) == (2, 3)


@pytest.mark.parametrize("character", ["\x1c", "\x1f", "\x85", "\x00"])
def test_a_control_character_is_not_white_space(character: str) -> None:
    with pytest.raises(AssemblyError, match=r"unexpected '.+': expected an opcode") as caught:
        assemble("OP_1" + character)
    assert (caught.value.line, caught.value.column) == (1, 5)


def test_an_evaluation_sees_the_transaction_that_libauth_gives_it() -> None:
    assert assemble("$(OP_ACTIVEBYTECODE)") == b"\xc1"
    assert assemble("$(OP_TXVERSION OP_1ADD OP_TXOUTPUTCOUNT OP_CAT)") == b"\x01\x01"
    assert assemble("$(OP_0 OP_OUTPUTBYTECODE)") == b"\x6a"
    with pytest.raises(AssemblyError, match="INVALID_TX_INPUT_INDEX"):
        assemble("$(OP_1 OP_UTXOVALUE)")


@pytest.mark.parametrize("opening", ["<", "$("])
def test_a_bomb_of_brackets_is_an_error(opening: str) -> None:
    with pytest.raises(AssemblyError, match="nesting is too deep, limit 100"):
        assemble(opening * 100_000)
    depth = 99
    assert assemble("<" * depth + ">" * depth)


def test_numbers_may_be_large_but_not_without_end() -> None:
    assert len(assemble("9" * 10_000)) == 4153
    assert len(assemble("-" + "9" * 240_000)) == 99_658
    with pytest.raises(AssemblyError, match="number is too large, limit 100000 bytes"):
        assemble("9" * 250_000)
    with pytest.raises(AssemblyError, match="number of 300000 digits, limit 250000"):
        assemble("9" * 300_000)


@pytest.mark.parametrize(
    "part", ["OP_1 ", "<1> ", "<'a' // b\n>", "<<two>> two", "/**/\n", "$(<1>)"]
)
@pytest.mark.parametrize("make", [assemble, assemble_with_map])
def test_four_times_the_source_is_four_times_the_work(
    calls: Callable[[Callable[[], object]], int], make: Callable[..., object], part: str
) -> None:
    bindings = {"two": "OP_1 OP_1"}
    once, more = (calls(lambda n=n: make(part * n, bindings)) for n in (200, 800))  # type: ignore[misc]
    assert more < 4.2 * once


def test_the_map_leads_from_bytes_to_the_source() -> None:
    source = "OP_1\n<0xaabb> check // twice\n<OP_2 OP_3>"
    mapped = assemble_with_map(source, {"check": " OP_DUP\nOP_DROP"})
    assert mapped.code == assemble(source, {"check": " OP_DUP\nOP_DROP"})
    assert mapped.spans == (
        Span(0, 1, 1, 1),
        Span(1, 4, 2, 1),
        Span(4, 5, 1, 2, "check"),
        Span(5, 6, 2, 1, "check"),
        Span(6, 9, 3, 1),
    )
    assert mapped.find(2) == Span(1, 4, 2, 1)
    assert mapped.find(5) == Span(5, 6, 2, 1, "check")
    assert mapped.find(9) is None


PIECES = st.sampled_from(
    [
        "OP_1",
        "<",
        ">",
        "$(",
        ")",
        "0x",
        "'",
        '"',
        "//",
        "/*",
        "*/",
        "\n",
        "5",
        "_",
        "0b1",
        "-",
        " ",
        "a",
    ]
)


@settings(max_examples=1_000)
@given(st.text(max_size=40) | st.lists(PIECES, max_size=20).map("".join))
def test_any_text_is_assembled_or_an_assembly_error(source: str) -> None:
    try:
        code = assemble(source)
    except AssemblyError as error:
        lines = source.count("\n") + 1
        assert 1 <= error.line <= lines  # noqa: PT017
        return
    assert isinstance(code, bytes)


@settings(max_examples=500)
@given(st.binary(max_size=60))
def test_what_is_disassembled_assembles_to_the_same_bytes(code: bytes) -> None:
    assert assemble(disassemble(code)) == code


def test_all_short_scripts_assemble_to_the_same_bytes() -> None:
    for first in range(256):
        assert assemble(disassemble(bytes((first,)))) == bytes((first,))
        for second in range(256):
            code = bytes((first, second))
            assert assemble(disassemble(code)) == code


@pytest.mark.parametrize(
    ("code", "source"),
    [
        ("", ""),
        ("5176a9", "OP_1 OP_DUP OP_HASH160"),
        ("02aabb", "<0xaabb>"),
        ("0101", "OP_PUSHBYTES_1 0x01"),
        ("4c02aabb", "OP_PUSHDATA_1 0x02aabb"),
        ("4c00", "OP_PUSHDATA_1 0x00"),
        ("05aabb", "OP_PUSHBYTES_5 0xaabb /* 3 bytes missing */"),
        ("4c", "OP_PUSHDATA_1 /* 1 bytes of its length missing */"),
        ("4d0500aa", "OP_PUSHDATA_2 0x0500aa /* 4 bytes missing */"),
        ("bdef50", "OP_UNKNOWN189 OP_UNKNOWN239 OP_RESERVED"),
    ],
)
def test_a_script_is_written_in_one_way(code: str, source: str) -> None:
    assert disassemble(bytes.fromhex(code)) == source


def test_lines_begin_with_the_offset_in_bytes() -> None:
    lines = list(disassemble_lines(bytes.fromhex("5102aabb4c01cc87")))
    assert lines == [(0, "OP_1"), (1, "<0xaabb>"), (4, "OP_PUSHDATA_1 0x01cc"), (7, "OP_EQUAL")]
