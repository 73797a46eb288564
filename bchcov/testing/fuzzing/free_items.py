"""Items that may be free: other values of a kind for everything that a draft pushes."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from .draft import Draft

__all__ = ["FreeItem", "free_items"]

_SHORT = 3


class FreeItem(NamedTuple):
    """A place, input and number of the item, what it may be, and drafts to show it.

    The item is free if all of them are accepted.
    """

    place: tuple[int, int]
    says: str
    drafts: list[Draft]


def free_items(draft: Draft) -> Iterator[FreeItem]:
    """Yield for each pushed item that it may be anything, then that it may be any of its size."""
    for index, place in enumerate(draft.inputs):
        for number, item in enumerate(place.items):
            if not isinstance(item, bytes):
                continue
            for kind, others in _kinds(item).items():
                drafts = [draft.with_item(index, number, each) for each in others if each != item]
                says = f"item {number} of input {index} may be {kind}"
                yield FreeItem((index, number), says, drafts)


def _kinds(item: bytes) -> dict[str, tuple[bytes, ...]]:
    size = len(item)
    random = Random(item).randbytes
    kinds: dict[str, tuple[bytes, ...]] = {"anything": (b"", b"\x01", b"\x07" * 3, random(32))}
    if size > _SHORT:
        # A short item may be a choice, for which all but a false one means the same.
        kinds[f"any {size} bytes"] = (bytes(size), random(size), b"\xff" * size)
    return kinds
