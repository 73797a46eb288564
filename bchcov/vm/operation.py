"""The definition of an opcode: its behaviour for the VM, and its description for readers."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any

from ..transaction.context import TransactionContext

__all__ = ["Operation", "Parts", "Reads", "control", "introduced", "operation"]

Reads = Callable[[TransactionContext, int], Hashable]
"""Returns what an operation may read of a transaction: the same where it does the same."""

Parts = Callable[[TransactionContext, int], tuple[int, ...]]
"""Returns the parts of the transaction on which that depends: see transaction/differences.py."""


@dataclass(frozen=True)
class Operation:
    """An opcode's behaviour and description.

    `run` is called after checking that the stack has at least `takes` items. `grows`: it may
    leave more items than it found. A control operation is run in untaken branches too; its
    `run` takes the position after itself and returns the position at which to continue.
    `reads` says what it reads of the transaction, None for nothing, at the index of the input
    that runs, or, with `is_indexed`, at the one on top of the stack; `parts` says of which parts,
    None for all of them.

    The rest is documentation. `effect` is the stack effect, "a b -- a+b", top last;
    `summary` describes it in words; `charge` is its cost besides the base cost of every
    instruction, "" for none; `year` is when the network introduced it with this meaning, and
    `source` where that is specified. `name` is given to opcodes of proposals only: what the
    network has is named in opcodes.py.
    """

    opcode: int
    run: Callable[..., Any]
    takes: int = 0
    grows: bool = False
    is_control: bool = False
    reads: Reads | None = None
    parts: Parts | None = None
    is_indexed: bool = False
    effect: str = ""
    summary: str = ""
    charge: str = ""
    year: int = 2009
    source: str = ""
    name: str = ""


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
    reads: Reads | None = None,
    parts: Parts | None = None,
    is_indexed: bool = False,
    effect: str = "",
    summary: str = "",
    charge: str = "",
) -> Callable[[Callable[..., None]], Operation]:
    """Decorate `run(vm)` to make it the operation of `opcode`; it leaves at most `gives` items.

    `effect` and `summary` default to the docstring of `run`, which has the form
    "( a b -- a+b ) What it does."
    """

    def make(run: Callable[..., None]) -> Operation:
        documented_effect, documented_summary = _read_docstring(run)
        grows = gives > takes
        return Operation(
            opcode,
            run,
            takes,
            grows,
            reads=reads,
            parts=parts,
            is_indexed=is_indexed,
            effect=effect or documented_effect,
            summary=summary or documented_summary,
            charge=charge,
        )

    return make


def control(
    opcode: int, *, effect: str = "", summary: str = "", charge: str = ""
) -> Callable[[Callable[..., int]], Operation]:
    """Decorate `run(vm, position) -> position` to make it the control operation of `opcode`."""

    def make(run: Callable[..., int]) -> Operation:
        documented_effect, documented_summary = _read_docstring(run)
        return Operation(
            opcode,
            run,
            is_control=True,
            effect=effect or documented_effect,
            summary=summary or documented_summary,
            charge=charge,
        )

    return make


def introduced(year: int, source: str, *operations: Operation) -> tuple[Operation, ...]:
    """Set for a group of operations the year they were introduced, and their specification."""
    return tuple(replace(each, year=year, source=source) for each in operations)
