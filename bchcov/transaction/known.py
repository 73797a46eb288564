"""What is known of parts that many transactions share, found by identity: nothing is hashed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypeVar

__all__ = ["Known", "known"]

_MOST = 4_000
Part = TypeVar("Part")
Fact = TypeVar("Fact")
Known: TypeAlias = Callable[[Part], Fact]
"""A function that `known` has made."""


def known(find: Callable[[Part], Fact]) -> Known[Part, Fact]:
    """Make a function of frozen parts that is computed once for each object.

    It forgets all when it knows too many. Changed transactions share the parts that were not
    changed: to compare their contents would take longer than most functions of them do.
    """
    # With the part itself: while it is held, its identity is nobody else's.
    found: dict[int, tuple[Part, Fact]] = {}
    look = found.get

    # Not an object that can be called, which takes twice as long.
    def fact_of(part: Part) -> Fact:
        hit = look(id(part))
        if hit is not None:
            return hit[1]
        if len(found) >= _MOST:
            found.clear()
        fact = find(part)
        found[id(part)] = part, fact
        return fact

    return fact_of
