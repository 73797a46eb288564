"""What is known of parts that many transactions share, found by identity: nothing is hashed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Known"]

_MOST = 4_000
Part = TypeVar("Part")
Fact = TypeVar("Fact")


class Known(Generic[Part, Fact]):
    """A function of frozen parts that is computed once for each object, until it holds too many.

    Changed transactions share the parts that were not changed: to compare their contents would take
    longer than most functions of them do.
    """

    __slots__ = ("_find", "_found")

    def __init__(self, find: Callable[[Part], Fact]) -> None:
        self._find = find
        # With the part itself: while it is held, its identity is nobody else's.
        self._found: dict[int, tuple[Part, Fact]] = {}

    def __call__(self, part: Part) -> Fact:
        """Return what is known of a part."""
        found = self._found.get(id(part))
        if found is not None:
            return found[1]
        if len(self._found) >= _MOST:
            self._found.clear()
        fact = self._find(part)
        self._found[id(part)] = part, fact
        return fact
