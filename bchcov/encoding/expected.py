"""Arguments that are not what they should be: one sentence says what was expected."""

from __future__ import annotations

from ..errors import EncodeError

__all__ = ["expect_bytes", "expect_integer", "expect_number", "kind_of", "shown"]

_HINTS = {
    "str": ": bytes.fromhex reads hexadecimal",
    "bytearray": ": bytes() makes them of it",
    "memoryview": ": bytes() makes them of it",
}


def kind_of(value: object) -> str:
    """Name the type of a value with its article: "a float", "an int", "None"."""
    if value is None:
        return "None"
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def shown(value: int) -> str:
    """Write a number for a message; one that is too long for that by its size."""
    return str(value) if value.bit_length() <= 128 else f"of {value.bit_length()} bits"


def expect_bytes(value: object, what: str, *, size: int | None = None) -> bytes:
    """Return `value` if it is bytes, of this size. Raises EncodeError."""
    if not isinstance(value, bytes):
        hint = _HINTS.get(type(value).__name__, "")
        raise EncodeError(f"{what} is bytes, not {kind_of(value)}{hint}")
    if size is not None and len(value) != size:
        raise EncodeError(f"{what} is {size} bytes, not {len(value)}")
    return value


def expect_number(value: object, what: str, *, hint: str = "") -> int:
    """Return `value` if it is an integer of any size, and no bool. Raises EncodeError."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise EncodeError(f"{what} is an integer, not {kind_of(value)}{hint}")
    return value


def expect_integer(value: object, what: str, most: int, *, hint: str = "") -> int:
    """Return `value` if it is an integer of 0 to `most`, and no bool. Raises EncodeError."""
    number = expect_number(value, what, hint=hint)
    if not 0 <= number <= most:
        raise EncodeError(f"{what} {shown(number)} is not 0 to {most}")
    return number
