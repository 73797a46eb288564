"""ECDSA signature encodings: strict DER, and the lax parsing that old transactions need.

Source: BIP66 for strict DER; lax parsing accepts what OpenSSL accepted before it.
"""

from __future__ import annotations

__all__ = ["is_strict_der", "parse_lax_der"]

_SEQUENCE, _INTEGER = 0x30, 0x02


def _is_strict_integer(data: bytes) -> bool:
    """Whether `data` is a positive integer without padding."""
    return (
        bool(data)
        and not data[0] & 0x80
        and not (len(data) > 1 and not data[0] and not data[1] & 0x80)
    )


def is_strict_der(signature: bytes) -> bool:
    """Whether `signature`, without its hash type, is 8 to 72 bytes of strict DER."""
    size = len(signature)
    if not 8 <= size <= 72 or signature[0] != _SEQUENCE or signature[1] != size - 2:
        return False
    r_size = signature[3]
    if signature[2] != _INTEGER or r_size > size - 7:
        return False
    s_tag = 4 + r_size
    return (
        signature[s_tag] == _INTEGER
        and s_tag + 2 + signature[s_tag + 1] == size
        and _is_strict_integer(signature[4:s_tag])
        and _is_strict_integer(signature[s_tag + 2 :])
    )


def _read_length(data: bytes, at: int) -> tuple[int, int] | None:
    """Read a length of one byte or of several; return it and the offset after it."""
    if at >= len(data):
        return None
    first = data[at]
    at += 1
    if not first & 0x80:
        return first, at
    width = first & 0x7F
    digits = data[at : at + width]
    if len(digits) < width or len(digits.lstrip(b"\x00")) > 3:
        return None
    return int.from_bytes(digits, "big"), at + width


def _read_integer(data: bytes, at: int) -> tuple[int, int] | None:
    if data[at : at + 1] != b"\x02":
        return None
    length = _read_length(data, at + 1)
    if length is None or length[0] > len(data) - length[1]:
        return None
    size, start = length
    return int.from_bytes(data[start : start + size], "big"), start + size


def parse_lax_der(signature: bytes) -> tuple[int, int] | None:
    """Read r and s of a signature whose lengths, signs and padding may be wrong, or None."""
    if len(signature) < 2 or signature[0] != _SEQUENCE:
        return None
    skipped = signature[1] & 0x7F if signature[1] & 0x80 else 0
    if skipped > len(signature) - 2:
        return None
    r = _read_integer(signature, 2 + skipped)
    if r is None:
        return None
    s = _read_integer(signature, r[1])
    return None if s is None else (r[0], s[0])
