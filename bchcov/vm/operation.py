"""What an opcode is to the VM."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Operation", "control", "operation"]


@dataclass(frozen=True)
class Operation:
    """An opcode's behaviour: `run` is called once `takes` items are on the stack.

    `grows` says that it can leave more items than it found. A control operation is run
    in untaken branches too, and maps the position after itself to the one to go on from.
    """

    opcode: int
    run: Callable[..., Any]
    takes: int = 0
    grows: bool = False
    is_control: bool = False


def operation(
    opcode: int, *, takes: int = 0, gives: int = 0
) -> Callable[[Callable[..., None]], Operation]:
    """Make the decorated `run(vm)` the behaviour of `opcode`; it leaves at most `gives` items."""
    return lambda run: Operation(opcode, run, takes, gives > takes)


def control(opcode: int) -> Callable[[Callable[..., int]], Operation]:
    """Make the decorated `run(vm, position) -> position` the behaviour of `opcode`."""
    return lambda run: Operation(opcode, run, is_control=True)
