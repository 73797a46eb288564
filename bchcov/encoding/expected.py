"""Checks of argument types and ranges, with errors that say what was expected."""

from __future__ import annotations

from ..errors import EncodeError

__all__ = ["expect_bytes", "expect_integer", "expect_number", "kind_of", "shown"]

_HINTS = {
    "str": ": use bytes.fromhex for hexadecimal",
    "bytearray": ": use bytes() to convert it",
    "memoryview": ": use bytes() to convert it",
}


def kind_of(value: object) -> str:
    """Name the type of a value with its article: "a float", "an int", "None"."""
    if value is None:
        return "None"
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def shown(value: int) -> str:
    """Format a number for a message; a very long one is described by its size."""
    return str(value) if value.bit_length() <= 128 else f"of {value.bit_length()} bits"


def expect_bytes(value: object, what: str, *, size: int | None = None) -> bytes:
    """Return `value` if it is bytes, of `size` bytes if given. Raises EncodeError otherwise."""
    if not isinstance(value, bytes):
        hint = _HINTS.get(type(value).__name__, "")
        raise EncodeError(f"{what} must be bytes, not {kind_of(value)}{hint}")
    if size is not None and len(value) != size:
        raise EncodeError(f"{what} must be {size} bytes, not {len(value)}")
    return value


def expect_number(value: object, what: str, *, hint: str = "") -> int:
    """Return `value` if it is an integer of any size, not a bool. Raises EncodeError otherwise."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise EncodeError(f"{what} must be an integer, not {kind_of(value)}{hint}")
    return value


def expect_integer(value: object, what: str, most: int, *, hint: str = "") -> int:
    """Return `value` if it is an integer from 0 to `most`, not a bool. Raises EncodeError."""
    number = expect_number(value, what, hint=hint)
    if not 0 <= number <= most:
        raise EncodeError(f"{what} {shown(number)} is out of range: expected 0 to {most}")
    return number
