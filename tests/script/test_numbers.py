"""VM numbers against a slow twin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bchcov.errors import Reason, ScriptError
from bchcov.script.numbers import (
    decode_number,
    describe_number,
    encode_number,
    is_minimal,
    minimal_number,
    number_decoder,
)


def slow_encode(value: int) -> bytes:
    digits, rest = [], abs(value)
    while rest:
        digits.append(rest % 256)
        rest //= 256
    if digits and digits[-1] >= 128:
        digits.append(0)
    if value < 0:
        digits[-1] += 128
    return bytes(digits)


def slow_decode(item: bytes) -> int:
    if not item:
        return 0
    magnitude = sum(byte << 8 * at for at, byte in enumerate(item[:-1]))
    magnitude += (item[-1] % 128) << 8 * (len(item) - 1)
    return -magnitude if item[-1] >= 128 else magnitude


NUMBERS = st.integers() | st.integers(-(2**20), 2**20) | st.integers(-(2**600), 2**600)


@given(NUMBERS)
def test_numbers_are_encoded_as_the_slow_twin_does(value: int) -> None:
    encoded = encode_number(value)
    assert encoded == slow_encode(value)
    assert decode_number(encoded) == value
    assert is_minimal(encoded)


@pytest.mark.parametrize("edge", [0, 1, 127, 128, 255, 256, 1023, 1024, 2**15, 2**31, 2**63])
def test_the_edges_of_the_tables_are_encoded_right(edge: int) -> None:
    for value in (edge - 1, edge, edge + 1, -edge - 1, -edge, 1 - edge):
        assert encode_number(value) == slow_encode(value)
        assert decode_number(encode_number(value)) == value


@given(st.binary(max_size=12))
def test_any_item_decodes_as_the_slow_twin_does_or_is_padded(item: bytes) -> None:
    value = slow_decode(item)
    assert number_decoder(20, minimal=False)(item) == value
    assert minimal_number(item) == slow_encode(value)
    assert is_minimal(item) is (slow_encode(value) == item)
    if slow_encode(value) == item:
        assert decode_number(item) == value
    else:
        with pytest.raises(ScriptError) as caught:
            decode_number(item)
        assert caught.value.reason is Reason.MINIMALNUM


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        (4, Reason.INVALID_NUMBER_RANGE),
        (5, Reason.INVALID_NUMBER_RANGE),
        (8, Reason.INVALID_NUMBER_RANGE_64_BIT),
        (10_000, Reason.INVALID_NUMBER_RANGE_BIG_INT),
    ],
)
def test_a_number_that_is_too_long_is_named_after_the_range(size: int, reason: Reason) -> None:
    decode = number_decoder(size)
    assert decode(b"\xff" * (size - 1) + b"\x7f") == 2 ** (8 * size - 1) - 1
    for item in (b"\xff" * size + b"\x7f", bytes(size + 1)):
        with pytest.raises(ScriptError) as caught:
            decode(item)
        assert caught.value.reason is reason


def test_a_number_too_long_to_write_is_described_by_its_bits() -> None:
    assert describe_number(-5) == "-5"
    assert describe_number(2**80_000) == "(a number of 80001 bits)"
