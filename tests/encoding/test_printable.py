"""Text from outside, shown: nothing in it can move, hide or forge."""

from __future__ import annotations

import sys
from unicodedata import category

import pytest

from bchcov.encoding.printable import printable

CHANGES_THE_SHOWN = [
    *range(0x20),
    *range(0x7F, 0xA0),
    *range(0x200B, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2060, 0x2070),
    0x61C,
    0xFEFF,
    0xAD,
    0x34F,
    0x3164,
    0xFE0F,
    0xE0101,
    0xD800,
    0xDFFF,
]


@pytest.mark.parametrize("code", CHANGES_THE_SHOWN, ids=hex)
def test_a_character_that_changes_what_is_shown_is_escaped(code: int) -> None:
    shown = printable(f"a{chr(code)}b")
    assert shown.isascii()
    assert shown.isprintable()
    assert shown.encode().decode("unicode_escape") == f"a{chr(code)}b"


def test_no_character_of_unicode_breaks_the_line_or_has_no_encoding() -> None:
    shown = printable("".join(map(chr, range(sys.maxunicode + 1))))
    assert len(shown.splitlines()) == 1
    shown.encode()
    assert not {category(each) for each in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"}


@pytest.mark.parametrize("text", ["", "payment 7", "a\\[", "[/x]", "Zürich, 北京", "e\u0301"])
def test_what_only_shows_itself_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_a_mark_does_not_join_what_stands_before_the_text() -> None:
    assert printable("\u0338valid") == "\\u0338valid"
