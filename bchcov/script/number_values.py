"""VM numbers inside the machine: little-endian magnitude, sign in the top bit, no padding.

What was encoded or decoded is remembered for a while, so that a number is not converted again while
it moves on the stack: to find its bytes takes a quarter of the time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from ..errors import Reason, ScriptError

__all__ = [
    "ENCODED",
    "ENCODED_COUNT",
    "LONGEST_KEPT",
    "MOST_KEPT",
    "describe_number",
    "encode_value",
    "is_minimal",
    "minimal_number",
    "number_decoder",
    "number_decoders",
    "range_reason",
]

MOST_KEPT = 4096
"""How many numbers are remembered at once."""
LONGEST_KEPT = 1040
"""The length in bytes of the longest numbers that are remembered."""


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
ENCODED_COUNT = 1024
ENCODED = tuple([_encode(value) for value in range(ENCODED_COUNT)])
"""The encodings of the smallest numbers, at most two bytes each."""


def encode_value(value: int) -> bytes:
    """Encode a number in the fewest bytes; zero is the empty string."""
    return ENCODED[value] if 0 <= value < ENCODED_COUNT else _encode(value)


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
def _known(_max_size: int, _minimal: bool) -> dict[bytes, int]:
    """Return the memory of the decoder of such items; each of them is one that it accepts."""
    return {}


@lru_cache(maxsize=64)
def number_decoder(max_size: int, *, minimal: bool = True) -> Callable[[bytes], int]:
    """Make the function that decodes stack items of at most `max_size` bytes.

    The function raises ScriptError: INVALID_NUMBER_RANGE for 4- and 5-byte numbers,
    INVALID_NUMBER_RANGE_64_BIT for 8, INVALID_NUMBER_RANGE_BIG_INT for more;
    MINIMALNUM for a padded item when `minimal`.
    """
    too_long = range_reason(max_size)
    known = _known(max_size, minimal)

    def decode(item: bytes) -> int:
        value = known.get(item)
        if value is not None:
            return value
        if not item:
            return 0
        size = len(item)
        if size > max_size:
            raise ScriptError(too_long, f"number of {size} bytes, limit {max_size}")
        top = item[-1]
        if minimal and not top & 0x7F and (size == 1 or not item[-2] & 0x80):
            raise ScriptError(
                Reason.MINIMALNUM, f"number 0x{item[-32:].hex()} is not minimally encoded"
            )
        value = int.from_bytes(item, "little")
        if top & 0x80:
            value = (1 << (8 * size - 1)) - value
        if size <= LONGEST_KEPT:
            if len(known) >= MOST_KEPT:
                known.clear()
            known[item] = value
        return value

    return decode


Decoder = Callable[[bytes], int]
Known = dict[bytes, int]


# One look-up for all, since a machine is made for every input.
@lru_cache(maxsize=64)
def number_decoders(
    number_size: int, index_size: int, minimal: bool
) -> tuple[Decoder, Decoder, Known, Known]:
    """Return the decoders of numbers and of indexes, and what each of the two remembers."""
    return (
        number_decoder(number_size, minimal=minimal),
        number_decoder(index_size, minimal=minimal),
        _known(number_size, minimal),
        _known(index_size, minimal),
    )


def describe_number(value: int) -> str:
    """Format a number for a message: in digits, or by its length if it has too many."""
    # Python refuses to write numbers of more than 4,300 digits.
    size = value.bit_length()
    return str(value) if size < 256 else f"(a number of {size} bits)"
