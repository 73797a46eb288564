"""The fields of fixed size in a pool's commitment: non-negative integers, and hashes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import DecodeError, EncodeError

__all__ = ["Fields", "decode_fields", "encode_fields", "size_of_fields"]

Fields = Sequence[tuple[str, int]]
"""Names and sizes in bytes, in order; what has more than 8 bytes is no integer but a hash."""
_LARGEST_INTEGER = 8


def size_of_fields(fields: Fields) -> int:
    """Return the size of all fields in bytes."""
    return sum(size for _, size in fields)


def encode_fields(state: object, fields: Fields) -> bytes:
    """Encode the fields of a state. Raises EncodeError for a value that does not fit."""
    pieces = []
    for name, size in fields:
        value = getattr(state, name)
        if isinstance(value, bytes):
            if len(value) != size:
                raise EncodeError(f"{name} has {len(value)} bytes: expected {size}")
            pieces.append(value)
            continue
        most = (1 << (8 * size - 1)) - 1
        if not 0 <= value <= most:
            raise EncodeError(f"{name} {value} is out of range: expected 0 to {most}")
        pieces.append(int(value).to_bytes(size, "little"))
    return b"".join(pieces)


def decode_fields(data: bytes, fields: Fields) -> dict[str, Any]:
    """Decode the fields by name. Raises DecodeError for a negative integer."""
    found: dict[str, Any] = {}
    at = 0
    for name, size in fields:
        piece = data[at : at + size]
        if size > _LARGEST_INTEGER:
            found[name] = piece
        else:
            found[name] = int.from_bytes(piece, "little")
            if found[name] >> (8 * size - 1):
                raise DecodeError(f"{name} is negative: 0x{piece.hex()}", at)
        at += size
    return found
