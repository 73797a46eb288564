"""JSON from outside: one meaning for each text, every refusal in words of ours."""

from __future__ import annotations

import math

import pytest

from bchcov.encoding.json_text import JSON, JSON_WITH_LONG_NUMBERS
from bchcov.formats.verify_lines import judge_line


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("9" * 5000, "integer of 5,000 digits, limit 640"),
        ("[-" + "9" * 641 + "]", "integer of 641 digits"),
        ('{"a": 1, "b": 2, "a": 1}', "duplicate key 'a' in an object"),
        ('[{"\\u0061": 1, "a": 2}]', "duplicate key 'a'"),
        ("NaN", "NaN is not valid JSON"),
        ("[-Infinity]", "-Infinity is not valid JSON"),
        ("1e400", "number 1e400 is too large"),
    ],
)
def test_a_text_of_more_than_one_meaning_is_refused_in_our_words(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as raised:
        JSON.decode(text)
    assert "int_max_str_digits" not in str(raised.value)
    answer = judge_line(f'{{"tx": {text}}}', number=1)
    assert why in answer["error"]["detail"]


def test_an_integer_of_640_digits_is_read() -> None:
    assert JSON.decode("9" * 640) == 10**640 - 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9" * 640, 10**640 - 1),
        ("-" + "9" * 640, 1 - 10**640),
        ("9" * 641, math.inf),
        ("-" + "9" * 100_000, -math.inf),
        ("1" + "0" * 300, 10**300),
        ("1e400", math.inf),
        ("0" + "." + "1" * 5_000, 1 / 9),
    ],
)
def test_where_long_numbers_are_allowed_those_beyond_the_limits_are_floats(
    text: str, value: float
) -> None:
    assert JSON_WITH_LONG_NUMBERS.decode(text) == value


@pytest.mark.parametrize("text", ["NaN", "[-Infinity]", '{"a": 1, "a": 1}'])
def test_whatever_else_is_refused_is_so_with_long_numbers_too(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not valid JSON|duplicate key"):
        JSON_WITH_LONG_NUMBERS.decode(text)
