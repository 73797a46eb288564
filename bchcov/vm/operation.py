"""What an opcode is to the VM, and to those who read about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["Operation", "control", "introduced", "operation"]


@dataclass(frozen=True)
class Operation:
    """An opcode's behaviour: `run` is called once `takes` items are on the stack.

    `grows` says that it can leave more items than it found. A control operation is run
    in untaken branches too, and maps the position after itself to the one to go on from.

    The rest is for readers. `effect` is what it does to the stack, "a b -- a+b", top last;
    `summary` says it in words; `charge` is what it costs besides the base cost of every
    instruction, "" for nothing; `year` is when the network first knew it under this
    meaning, and `source` where the rule is written down.
    """

    opcode: int
    run: Callable[..., Any]
    takes: int = 0
    grows: bool = False
    is_control: bool = False
    effect: str = ""
    summary: str = ""
    charge: str = ""
    year: int = 2009
    source: str = ""


def _read_docstring(run: Callable[..., Any]) -> tuple[str, str]:
    """Split "( effect ) Summary." into its parts."""
    text = " ".join((run.__doc__ or "").split())
    if not text.startswith("( "):
        return "", text
    effect, _, summary = text[2:].partition(" )")
    return effect.strip(), summary.strip()


def operation(
    opcode: int,
    *,
    takes: int = 0,
    gives: int = 0,
    effect: str = "",
    summary: str = "",
    charge: str = "",
) -> Callable[[Callable[..., None]], Operation]:
    """Make the decorated `run(vm)` the behaviour of `opcode`; it leaves at most `gives` items.

    Where `effect` or `summary` is not given, the docstring of `run` has it, in the form
    "( a b -- a+b ) What it does."
    """

    def make(run: Callable[..., None]) -> Operation:
        told, said = _read_docstring(run)
        grows = gives > takes
        return Operation(
            opcode,
            run,
            takes,
            grows,
            effect=effect or told,
            summary=summary or said,
            charge=charge,
        )

    return make


def control(
    opcode: int, *, effect: str = "", summary: str = "", charge: str = ""
) -> Callable[[Callable[..., int]], Operation]:
    """Make the decorated `run(vm, position) -> position` the behaviour of `opcode`."""

    def make(run: Callable[..., int]) -> Operation:
        told, said = _read_docstring(run)
        return Operation(
            opcode,
            run,
            is_control=True,
            effect=effect or told,
            summary=summary or said,
            charge=charge,
        )

    return make


def introduced(year: int, source: str, *operations: Operation) -> tuple[Operation, ...]:
    """Say of a group of operations when the network got them, and where that is specified."""
    return tuple(replace(each, year=year, source=source) for each in operations)
