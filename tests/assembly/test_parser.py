"""The parser of CashAssembly alone: the tree it makes, the places it keeps, any text at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bchcov import AssemblyError
from bchcov.assembly import assemble
from bchcov.assembly.nodes import Evaluation, Identifier, Literal, Node, Place, Push
from bchcov.assembly.parser import parse


def test_a_source_becomes_a_tree_with_a_place_for_each_part() -> None:
    source = "OP_1 <0xaabb 'é'>\n  $( -5 // five\n <name.x> )"
    assert parse(source) == (
        Identifier("OP_1", Place(1, 1)),
        Push((Literal(b"\xaa\xbb", Place(1, 7)), Literal("é".encode(), Place(1, 14))), Place(1, 6)),
        Evaluation(
            (
                Literal(-5, Place(2, 6)),
                Push((Identifier("name.x", Place(3, 3)),), Place(3, 2)),
            ),
            Place(2, 3),
        ),
    )


@pytest.mark.parametrize("source", ["", " \t\r\n", "// only this", "/* this */ /**/ // and this\n"])
def test_a_source_without_instructions_is_an_empty_tree(source: str) -> None:
    assert parse(source) == ()


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("0x00ff", b"\x00\xff"),
        ("0xA_b__C_d", b"\xab\xcd"),
        ("0b1", b"\x01"),
        ("0b00000001", b"\x01"),
        ("0b0000_0001_1", b"\x01\x01"),
        ("0b1111111100000001", b"\xff\x01"),
        ("''", b""),
        ('"\'"', b"'"),
        ("'\"'", b'"'),
        ("'<$(//'", b"<$(//"),
        ("'\n'", b"\n"),
        ("'🚀'", b"\xf0\x9f\x9a\x80"),
        ("0", 0),
        ("-0", 0),
        ("007", 7),
        ("1_0", 10),
        ("-1_000", -1000),
        ("0_0", 0),
    ],
)
def test_a_literal_has_its_value(source: str, value: bytes | int) -> None:
    assert parse(source) == (Literal(value, Place(1, 1)),)


@pytest.mark.parametrize("source", ["1<2>", "1'a'", "'a'1", "0x00'a'", "<1>a", "a<1>", "1a", "1-2"])
def test_parts_need_no_space_between_them(source: str) -> None:
    assert len(parse(source)) == 2


def test_a_name_takes_all_that_a_name_may_have() -> None:
    name = "a.b-C_9--..x"
    assert parse(name + "<" + "_" + ">") == (
        Identifier(name, Place(1, 1)),
        Push((Identifier("_", Place(1, len(name) + 2)),), Place(1, len(name) + 1)),
    )


@pytest.mark.parametrize("between", ["\n", "\r\n", "// x\n", "/*\n*/", "''\n"])
def test_lines_are_counted_by_their_line_feeds(between: str) -> None:
    (*_, last) = parse(between * 1_000 + " OP_1")
    column = {"/*\n*/": 4}.get(between, 2)
    assert last == Identifier("OP_1", Place(1_001, column))


def test_a_comment_of_several_lines_ends_at_its_first_end() -> None:
    assert parse("/* a /* b */ OP_1") == (Identifier("OP_1", Place(1, 14)),)
    with pytest.raises(AssemblyError, match=r"unexpected '.+': expected an opcode") as caught:
        parse("/* a */\n OP_1 */")
    assert (caught.value.line, caught.value.column) == (2, 7)


def test_columns_count_characters_whatever_their_width() -> None:
    (text, name) = parse("'🚀𝟙é' OP_1")
    assert text == Literal("🚀1é".encode(), Place(1, 1))
    assert name == Identifier("OP_1", Place(1, 7))


@pytest.mark.parametrize("digits", [640, 641, 4_300, 4_301, 10_000])
def test_an_integer_of_many_digits_has_its_value(digits: int) -> None:
    # More than Python's own reading of numbers takes at once; 111... is (10**n - 1) / 9.
    assert parse("1" * digits)[0] == Literal((10**digits - 1) // 9, Place(1, 1))
    assert parse("-" + "1" * digits)[0] == Literal(-((10**digits - 1) // 9), Place(1, 1))
    assert parse("1" + "_0" * (digits - 1))[0] == Literal(10 ** (digits - 1), Place(1, 1))


@pytest.mark.parametrize("source", ["'\ud800'", "'a\ud83d'", '"\ude80"'])
def test_half_of_a_surrogate_pair_is_no_text(source: str) -> None:
    with pytest.raises(AssemblyError, match="cannot be encoded as UTF-8"):
        parse(source)


@pytest.mark.parametrize("source", ["\ud800", "OP_1\udc00", "<\ud83d>", "0x\udfff"])
def test_half_of_a_surrogate_pair_is_nothing_else_either(source: str) -> None:
    with pytest.raises(AssemblyError):
        parse(source)
    assert parse(f"OP_1 // {source}") == (Identifier("OP_1", Place(1, 1)),)


@pytest.mark.parametrize(
    "source",
    [
        "<" * 100_000,
        "<" * 100_000 + ">" * 100_000,
        "$(" * 100_000,
        "<$(" * 50_000,
        ">" * 100_000,
        ")" * 100_000,
        "/*" * 100_000,
        "'" * 100_001,
        "0x" * 100_000,
        "0x" + "_" * 100_000,
        "1_" * 100_000,
        "-" * 100_000,
        "$" * 100_000,
    ],
    ids=lambda source: source[:4],
)
def test_a_long_wrong_source_is_an_error_soon(source: str) -> None:
    with pytest.raises(AssemblyError) as caught:
        parse(source)
    assert len(str(caught.value)) < 200


def test_many_parts_side_by_side_are_no_bomb() -> None:
    assert len(parse("<1>" * 50_000)) == 50_000
    assert len(parse("// a\n/* b */ 1\n" * 20_000)) == 20_000


def every_place(nodes: tuple[Node, ...]) -> Iterator[Place]:
    for node in nodes:
        yield node.place
        if isinstance(node, Push | Evaluation):
            yield from every_place(node.body)


PIECES = [
    "OP_1",
    "<",
    ">",
    "$(",
    ")",
    "0xab",
    "'é🚀'",
    "// x\n",
    "/* \n */",
    "\n",
    "-5",
    "0b1",
    "a",
]


@settings(max_examples=500)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join))
def test_parts_stand_in_the_order_of_the_source_and_where_they_say(source: str) -> None:
    try:
        places = list(every_place(parse(source)))
    except AssemblyError:
        return
    lines = source.split("\n")
    order = [(place.line, place.column) for place in places]
    assert order == sorted(set(order))
    for line, column in order:
        assert lines[line - 1][column - 1] not in " \n>)/"


# All characters, surrogates too, and often those of which Unicode's normal form makes others.
ANY_TEXT = st.text(
    st.characters()
    | st.sampled_from("<>$()'\"/*\n0xb_- \ufb01\uff1c\uff11\uff1e\ufdfa\u0301\ud800")
)


@settings(max_examples=1_000)
@given(ANY_TEXT)
def test_any_text_is_assembled_or_an_error_with_a_place(source: str) -> None:
    failure: AssemblyError | None = None
    try:
        assemble(source)
    except AssemblyError as error:
        failure = error
    if failure is not None:
        lines = source.split("\n")
        assert 1 <= failure.line <= len(lines)
        # The normal form has at most 18 characters for one.
        assert 1 <= failure.column <= 18 * len(lines[failure.line - 1]) + 1
