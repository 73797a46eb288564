"""Which stack items count as true."""

from __future__ import annotations

__all__ = ["is_true"]


def is_true(item: bytes) -> bool:
    """Whether `item` is anything but zero or negative zero, of any length."""
    if not item:
        return False
    if item[-1] not in (0x00, 0x80):
        return True
    # Compared in C: an item may have 10,000 bytes, and looking at it costs the script nothing.
    size = len(item) - 1
    return item[:size] != bytes(size)
