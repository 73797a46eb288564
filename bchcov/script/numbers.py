"""VM numbers, for everybody: what is not a number or not bytes is refused in words."""

from __future__ import annotations

from ..encoding.expected import expect_bytes, expect_number
from .number_values import (
    describe_number,
    encode_value,
    is_minimal,
    minimal_number,
    number_decoder,
    range_reason,
)

__all__ = [
    "decode_number",
    "describe_number",
    "encode_number",
    "is_minimal",
    "minimal_number",
    "number_decoder",
    "range_reason",
]


def encode_number(value: int) -> bytes:
    """Encode `value` in the fewest bytes; zero is the empty string.

    Raises EncodeError for anything but an integer.
    """
    try:
        return encode_value(value)
    except (TypeError, AttributeError):
        # Asked afterwards: many numbers are encoded.
        expect_number(value, "number")
        raise


def decode_number(item: bytes, max_size: int = 10_000) -> int:
    """Decode a minimally encoded number of at most `max_size` bytes.

    Raises ScriptError as described at `number_decoder`, and EncodeError for anything but bytes.
    """
    expect_bytes(item, "number")
    return number_decoder(max_size)(item)
