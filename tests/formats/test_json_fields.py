"""Fields of JSON: amounts are exact, and what is wrong is named with its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bchcov import FormatError
from bchcov.formats.fields import Field, read_json, read_text


@given(st.integers(0, 2**64 - 1))
def test_an_amount_with_eight_decimals_is_read_to_the_satoshi(value: int) -> None:
    text = f"{value // 10**8}.{value % 10**8:08}"
    assert Field(read_json(text)).satoshis() == value
    with localcontext() as context:
        context.prec = 3
        assert Field(read_json(text)).satoshis() == value


@given(st.integers(0, 21_000_000 * 10**8))
def test_a_float_that_json_made_of_an_amount_means_that_amount(value: int) -> None:
    text = f"{value // 10**8}.{value % 10**8:08}"
    assert Field(json.loads(text)).satoshis() == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("0e5000", 0),
        ("-0.0", 0),
        ("184467440737.09551615", 2**64 - 1),
        ("1", 10**8),
        ("1e-8", 1),
        ("1E-08", 1),
        ("0.10", 10**7),
        ("12e0", 12 * 10**8),
    ],
)
def test_other_ways_to_write_an_amount_are_read(text: str, value: int) -> None:
    assert Field(read_json(text)).satoshis() == value


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("0.000000001", "at most 8 decimals"),
        ("1e-9", "at most 8 decimals"),
        ("0." + "1" * 600, "at most 8 decimals"),
        ("1e-99", "not an amount of bitcoin cash"),
        ("1e-98", "at most 8 decimals"),
        ("1e98", "expected 0 to 184467440737.09551615"),
        ("1e99", "not an amount of bitcoin cash"),
        ("1e-999999999999999999", "not an amount of bitcoin cash"),
        ("-0.5", "expected 0 to 184467440737.09551615"),
        ("184467440737.09551616", "expected 0 to 184467440737.09551615"),
        ("9" * 640, "not an amount of bitcoin cash"),
        ('"1"', "is text, not a number"),
        ("true", "is true or false, not a number"),
        ("null", "is missing"),
        ("{}", "is an object, not a number"),
    ],
)
def test_what_is_no_amount_is_refused(value: str, why: str) -> None:
    with pytest.raises(FormatError, match=why) as caught:
        Field(read_json(value), "vout[0].value").satoshis()
    assert str(caught.value).startswith('"vout[0].value" ')
    assert caught.value.field == "vout[0].value"


@pytest.mark.parametrize("value", [float("inf"), float("nan"), Decimal("Infinity"), Decimal("NaN")])
def test_what_is_no_finite_number_is_refused(value: object) -> None:
    with pytest.raises(FormatError, match="not an amount of bitcoin cash"):
        Field(value, "value").satoshis()


def test_a_float_that_was_computed_is_refused() -> None:
    with pytest.raises(
        FormatError, match=r"0\.30000000000000004: an amount has at most 8 decimals"
    ):
        Field(0.1 + 0.2, "value").satoshis()


DATA = Field(
    {"number": 5, "text": "0aff", "list": [1, {"deep": True}], "none": None, "\x1b[31m": 1}
)


@pytest.mark.parametrize(
    ("read", "why"),
    [
        (lambda: DATA.get("number").number(4), '"number" is 5: expected 0 to 4'),
        (lambda: Field(10**50, "n").number(4), '"n" is too far from zero: expected 0 to 4'),
        (lambda: DATA.get("number").text(), '"number" is a number, not text'),
        (lambda: DATA.get("none").text(), '"none" is missing'),
        (lambda: DATA.get("other").members(), '"other" is missing'),
        (lambda: DATA.get("text").get("x"), '"text" is text, not an object'),
        (lambda: DATA.get("text").reversed_hash(), '"text" has 2 bytes, not 32'),
        (lambda: DATA.get("text").digits(9), "\"text\" is '0aff', not an integer in digits"),
        (lambda: Field("\u0665", "d").digits(9), "not an integer in digits"),
        (lambda: Field("10", "d").digits(9), '"d" is 10: expected 0 to 9'),
        (lambda: DATA.get("number").items(), '"number" is a number, not an array'),
        (lambda: [*DATA.get("list").items()][1].get("deep").number(1), r'"list\[1\].deep" is true'),
        (lambda: DATA.get("number").flag(), '"number" is a number, not true or false'),
        (lambda: Field("0g", "h").hexadecimal(), "'g' is not a hexadecimal digit"),
        (lambda: DATA.get("\x1b[31m").text(), r'"\\x1b\[31m" is a number'),
        (lambda: Field(5).text(), "the JSON is a number, not text"),
    ],
)
def test_a_refusal_names_the_field_and_what_it_holds(read: Callable[[], object], why: str) -> None:
    with pytest.raises(FormatError, match=why):
        read()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "not JSON: Expecting property name"),
        ('{\n "a": 1,\n "b" 2}', r"not JSON: .* \(line 3, column 6\)"),
        ('{"a": 1, "a": 2}', "duplicate key 'a'"),
        ("[" * 40 + "]" * 40, "nested too deeply"),
        (b"\xff", "not UTF-8 at byte 0"),
        ("1e400", "is too large"),
    ],
)
def test_what_is_no_json_is_refused(text: str | bytes, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        read_json(text)


def test_the_mark_of_an_editor_is_passed_over() -> None:
    assert read_text(b"\xef\xbb\xbfab") == read_text("\ufeffab") == "ab"
