"""VM numbers: little-endian magnitude, sign in the top bit, no padding."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from ..encoding.expected import expect_bytes, expect_number
from ..errors import Reason, ScriptError

__all__ = [
    "decode_number",
    "describe_number",
    "encode_number",
    "is_minimal",
    "minimal_number",
    "number_decoder",
    "range_reason",
]


def _encode(value: int) -> bytes:
    if not value:
        return b""
    size = (value.bit_length() + 8) >> 3
    if value < 0:
        value = -value | 1 << (8 * size - 1)
    return value.to_bytes(size, "little")


def _decode(item: bytes) -> int:
    value = int.from_bytes(item, "little")
    return (1 << (8 * len(item) - 1)) - value if item and item[-1] & 0x80 else value


# Scripts compute mostly counters, flags and small amounts.
_ENCODED = tuple(_encode(value) for value in range(1024))
_DECODED = {_encode(value): value for value in range(-255, 1024)}
_ENCODED_COUNT = len(_ENCODED)


def encode_number(value: int) -> bytes:
    """Encode `value` in the fewest bytes; zero is the empty string.

    Raises EncodeError for anything but an integer.
    """
    try:
        return _ENCODED[value] if 0 <= value < _ENCODED_COUNT else _encode(value)
    except (TypeError, AttributeError):
        # Asked afterwards: scripts encode numbers all the time.
        expect_number(value, "number")
        raise


def minimal_number(item: bytes) -> bytes:
    """Re-encode a number of any length in the fewest bytes; negative zero becomes zero."""
    if not item or item[-1] & 0x7F or (len(item) > 1 and item[-2] & 0x80):
        return item
    return _encode(_decode(item))


def is_minimal(item: bytes) -> bool:
    """Whether no shorter byte string stands for the same number."""
    return not item or bool(item[-1] & 0x7F) or (len(item) > 1 and bool(item[-2] & 0x80))


def range_reason(max_size: int) -> Reason:
    """Return the reason to fail with for a number of more than `max_size` bytes."""
    if max_size > 8:
        return Reason.INVALID_NUMBER_RANGE_BIG_INT
    return Reason.INVALID_NUMBER_RANGE_64_BIT if max_size == 8 else Reason.INVALID_NUMBER_RANGE


@lru_cache(maxsize=64)
def number_decoder(max_size: int, *, minimal: bool = True) -> Callable[[bytes], int]:
    """Make the function that decodes stack items of at most `max_size` bytes.

    The function raises ScriptError: INVALID_NUMBER_RANGE for 4- and 5-byte numbers,
    INVALID_NUMBER_RANGE_64_BIT for 8, INVALID_NUMBER_RANGE_BIG_INT for more;
    MINIMALNUM for a padded item when `minimal`.
    """
    too_long = range_reason(max_size)
    known = _DECODED

    def decode(item: bytes) -> int:
        value = known.get(item)
        if value is not None:
            return value
        size = len(item)
        if size > max_size:
            raise ScriptError(too_long, f"number of {size} bytes, limit {max_size}")
        top = item[-1]
        if minimal and not top & 0x7F and (size == 1 or not item[-2] & 0x80):
            raise ScriptError(
                Reason.MINIMALNUM, f"number 0x{item[-32:].hex()} is not minimally encoded"
            )
        value = int.from_bytes(item, "little")
        return (1 << (8 * size - 1)) - value if top & 0x80 else value

    return decode


def decode_number(item: bytes, max_size: int = 10_000) -> int:
    """Decode a minimally encoded number of at most `max_size` bytes.

    Raises ScriptError as described at `number_decoder`, and EncodeError for anything but bytes.
    """
    expect_bytes(item, "number")
    return number_decoder(max_size)(item)


def describe_number(value: int) -> str:
    """Format a number for a message: in digits, or by its length if it has too many."""
    # Python refuses to write numbers of more than 4,300 digits.
    size = value.bit_length()
    return str(value) if size < 256 else f"(a number of {size} bits)"
