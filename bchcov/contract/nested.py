"""Recursion without Python's stack: how deep a contract nests must not depend on the caller."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

__all__ = ["Nested", "run_nested"]

_Result = TypeVar("_Result")
Nested = Generator[Any, Any, _Result]
"""A function that yields each such function it calls, and is resumed with its result."""


def run_nested(first: Nested[_Result]) -> _Result:
    """Run a function to its end, and all that it calls, with one Python frame for any depth."""
    waiting: list[Nested[Any]] = [first]
    result: Any = None
    while waiting:
        try:
            called = waiting[-1].send(result)
        except StopIteration as ended:
            waiting.pop()
            result = ended.value
        else:
            waiting.append(called)
            result = None
    returned: _Result = result
    return returned
