"""The errors of a stack that has too few items or too many."""

from __future__ import annotations

from collections.abc import Sized

from ..errors import Reason, ScriptError

__all__ = ["too_few_items", "too_many_items"]


def too_few_items(needed: int, present: int) -> ScriptError:
    """Make the error for an operation that needs more items than the stack has."""
    return ScriptError(
        Reason.INVALID_STACK_OPERATION, f"{needed} items needed, {present} on the stack"
    )


def too_many_items(limit: int, *held: Sized) -> ScriptError:
    """Make the error for more items on the stacks and in the function table than are allowed."""
    return ScriptError(Reason.STACK_SIZE, f"{sum(map(len, held))} items, limit {limit}")
