"""Bare digits: never bytes of a script that nobody meant; pushes in the notations that mean so."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from bchcov import AssemblyError
from bchcov.assembly import assemble, assemble_notation
from bchcov.cli.main import main
from bchcov.script.pushes import encode_push


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["asm", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout.strip(), result.stderr


@pytest.mark.parametrize(
    ("source", "column", "hint"),
    [
        ("OP_3 OP_MUL 1027 OP_DIV", 13, "<1027> pushes the number, <0x1027> hexadecimal bytes"),
        ("0", 1, "<0> pushes the number, <0x...> hexadecimal bytes"),
        ("-5", 1, "<-5> pushes the number"),
        ("OP_1 $(10) OP_2", 8, "<10> pushes the number"),
        ("OP_1 <$(7 <1>)>", 9, "<7> pushes the number"),
        ("1" * 300, 1, "number ..."),
    ],
)
def test_a_number_outside_a_push_is_an_error_of_the_command_with_a_hint(
    source: str, column: int, hint: str
) -> None:
    code, out, error = run("--", source)
    assert (code, out) == (1, "")
    assert f"column {column}: number" in error
    assert hint in error
    if "$" not in source:
        assert run("--bare-numbers", "--", source) == (0, assemble(source).hex(), "")


def test_a_number_that_is_bound_is_one_where_it_stands_outside_a_push() -> None:
    assert run("<n> OP_ADD", "--bind", "n=1027")[:2] == (0, "02030493")
    assert run("<text> OP_ADD", "--bind", "text=<$(<1027>)>")[:2] == (0, "0302030493")
    for binding in ("n=1027", "n=OP_1 1027"):
        code, _, error = run("n OP_ADD", "--bind", binding)
        assert code == 1
        assert "outside a push" in error
    # The same text is right inside a push and wrong outside, in either order.
    for source in ("<n> m", "m <n>"):
        assert run(source, "--bind", "n=m", "--bind", "m=5 6")[0] == 1


@given(st.integers(-(2**70), 2**70))
def test_the_meaning_of_a_bare_number_stays_where_it_is_asked_for(number: int) -> None:
    assert assemble(f"<{number}>", bare_numbers=False) == assemble(f"<{number}>")
    assert encode_push(assemble(f"{number}")) == assemble(f"<{number}>")
    with pytest.raises(AssemblyError, match="outside a push"):
        assemble(f"{number}", bare_numbers=False)


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("OP_3 OP_MUL e803 OP_DIV", "<0xe803>"),
        ("OP_SWAP deadBEEF", "<0xdeadBEEF>"),
        ("abc", "<0x...>, two digits per byte"),
        ("<e803>", "<0xe803>"),
    ],
)
def test_bare_hexadecimal_with_letters_is_an_error_with_a_hint(source: str, hint: str) -> None:
    with pytest.raises(AssemblyError) as caught:
        assemble(source)
    assert hint in caught.value.message
    assert hint in run(source)[2]


def test_digits_that_go_on_with_letters_assemble_to_nothing_silently() -> None:
    code, _, error = run("OP_ROT 76a914 OP_CAT")
    assert code == 1
    assert "<0x" in error


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("OP_3 OP_MUL 1027 OP_DIV", "5395" + "021027" + "96"),
        ("OP_3 OP_MUL e803 OP_DIV", "5395" + "02e803" + "96"),
        ("0cca16 OP_0\n\tOP_16 0xAB 05", "030cca16" + "0060" + "01ab" + "55"),
        ("", ""),
        ("ab" * 300, "4d2c01" + "ab" * 300),
    ],
)
def test_in_artifacts_bare_digits_are_pushed_bytes(source: str, code: str) -> None:
    assert assemble_notation(source).hex() == code
    assert run(source, "--notation", "artifact")[:2] == (0, code)


def test_arguments_of_a_constructor_are_pushed_in_front_the_last_one_first() -> None:
    assert (
        assemble_notation("OP_DROP", arguments=[b"", b"\x05", b"\xaa\xbb"]).hex() == "02aabb550075"
    )


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("1 2 OP_ADD -1 0 16 17 1027", "5152934f006001110203" + "04"),
        ("OP_DUP OP_HASH160 " + "ab" * 20, "76a914" + "ab" * 20),
        ("2147483647 -2147483647", "04ffffff7f04ffffffff"),
        ("1234567890", "04d2029649"),
        ("12345678901234567890", "0a12345678901234567890"),
    ],
)
def test_as_nodes_write_scripts_short_pushes_are_numbers(source: str, code: str) -> None:
    assert assemble_notation(source, "node").hex() == code
    assert run("--notation", "node", "--", source)[:2] == (0, code)


@pytest.mark.parametrize("notation", ["artifact", "node"])
@pytest.mark.parametrize("word", ["OP_FOO", "abc", "<1>", "0x", "'a'", "$mason", "e80g"])
def test_a_word_of_neither_kind_is_an_error_with_its_place(notation: str, word: str) -> None:
    with pytest.raises(AssemblyError) as caught:
        assemble_notation(f"OP_1\nOP_2 {word}", notation)  # type: ignore[arg-type]
    assert (caught.value.line, caught.value.column) == (2, 6)
    assert run(f"OP_1 {word}", "--notation", notation)[0] == 1


def test_options_of_one_notation_are_refused_for_another() -> None:
    assert run("OP_1", "--notation", "artifact", "--bind", "a=1")[0] == 2
    assert run("OP_1", "--notation", "node", "--bare-numbers")[0] == 2
    assert json.loads(run("e803", "--notation", "artifact", "--json")[1])["hex"] == "02e803"
