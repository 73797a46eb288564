"""Compact sizes: the variable-length counts and lengths of the wire format."""

from __future__ import annotations

from ..errors import DecodeError, EncodeError

__all__ = ["encode_compact_size", "encode_var_bytes", "read_compact_size"]

_ENCODED = tuple(bytes((value,)) for value in range(0xFD))


def encode_compact_size(value: int) -> bytes:
    """Encode 0 <= value < 2**64 in 1, 3, 5 or 9 bytes. Raises EncodeError."""
    if 0 <= value < 0xFD:
        return _ENCODED[value]
    if 0 <= value <= 0xFFFF:
        return b"\xfd" + value.to_bytes(2, "little")
    if 0 <= value <= 0xFFFF_FFFF:
        return b"\xfe" + value.to_bytes(4, "little")
    if 0 <= value <= 0xFFFF_FFFF_FFFF_FFFF:
        return b"\xff" + value.to_bytes(8, "little")
    raise EncodeError(f"compact size {value} is out of range: expected 0 to 2**64 - 1")


def encode_var_bytes(data: bytes) -> bytes:
    """Encode `data` with its length in front, as a compact size."""
    return encode_compact_size(len(data)) + data


def read_compact_size(data: bytes, offset: int) -> tuple[int, int]:
    """Read a compact size at `offset`; return it and the offset after it.

    Raises DecodeError if it is cut off or not in its shortest form.
    """
    if offset >= len(data):
        raise DecodeError("a length or count is missing", offset)
    first = data[offset]
    if first < 0xFD:
        return first, offset + 1
    width = 2 << (first - 0xFD)
    end = offset + 1 + width
    if end > len(data):
        raise DecodeError(f"a {width}-byte length or count is cut off", offset)
    value = int.from_bytes(data[offset + 1 : end], "little")
    if value < 0xFD or (width > 2 and not value >> (4 * width)):
        raise DecodeError(f"compact size {value} is not in its shortest form", offset)
    return value, end
