"""Recursion without Python's stack, so that the depth of nesting does not depend on the caller."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

__all__ = ["Nested", "run_nested"]

_Result = TypeVar("_Result")
Nested = Generator[Any, Any, _Result]
"""A generator that yields each nested generator it calls, and is resumed with its result."""


def run_nested(first: Nested[_Result]) -> _Result:
    """Run a nested generator to its end and return its result, using one frame for any depth."""
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
