"""JSON from outside: one meaning for each text, every refusal in words of ours."""

from __future__ import annotations

import pytest

from bchcov.encoding.json_text import JSON
from bchcov.formats.verify_lines import judge_line


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("9" * 5000, "an integer of 5,000 digits, limit 640"),
        ("[-" + "9" * 641 + "]", "an integer of 641 digits"),
        ('{"a": 1, "b": 2, "a": 1}', "the key 'a' stands twice in an object"),
        ('[{"\\u0061": 1, "a": 2}]', "the key 'a' stands twice"),
        ("NaN", "NaN is not JSON"),
        ("[-Infinity]", "-Infinity is not JSON"),
        ("1e400", "1e400 is too large a number"),
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
