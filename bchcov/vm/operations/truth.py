"""Which stack items count as true."""

from __future__ import annotations

__all__ = ["is_true"]


def is_true(item: bytes) -> bool:
    """Whether `item` is anything but zero or negative zero, of any length."""
    return bool(item) and (item[-1] not in (0x00, 0x80) or any(item[:-1]))
