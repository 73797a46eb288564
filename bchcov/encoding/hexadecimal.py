"""Strict decoding of hexadecimal text, with errors that give the position."""

from __future__ import annotations

import re

from ..errors import DecodeError

__all__ = ["decode_displayed_hash", "decode_hex"]

_FOREIGN = re.compile(r"[^0-9a-fA-F]")


def decode_hex(text: str) -> bytes:
    """Decode hexadecimal digits of either case, two to a byte, with nothing between them.

    Raises DecodeError with the position of the first character that is not a digit, or
    with the length if it is odd.
    """
    try:
        # fromhex ignores spaces between bytes; the length of the result shows if there were any.
        data = bytes.fromhex(text)
        if 2 * len(data) == len(text):
            return data
    except ValueError:
        pass
    foreign = _FOREIGN.search(text)
    if foreign is not None:
        raise DecodeError(f"{foreign.group()!a} is not a hexadecimal digit", foreign.start())
    raise DecodeError(f"odd number of hexadecimal digits: {len(text)}", len(text))


def decode_displayed_hash(text: str) -> bytes:
    """Decode a txid or category in display order to 32 bytes in wire order. Raises DecodeError."""
    data = decode_hex(text)
    if len(data) != 32:
        raise DecodeError(f"txid or category must be 64 hexadecimal digits, not {len(text)}", 0)
    return data[::-1]
