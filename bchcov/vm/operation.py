"""The definition of an opcode: its behaviour for the VM, and its description for readers."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from os.path import dirname, join
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
    `summary` describes it in words, and `described` looks both up for those who ask; `charge` is
    its cost besides the base cost of every instruction, "" for none; `year` is when the network
    introduced it with this meaning, and `source` where that is specified. `name` and `gives`, how
    many items it leaves in place of those taken, are those of proposals only: see opcodes.py and
    contract/moves.py for what the network has.
    """

    opcode: int
    run: Callable[..., Any]
    takes: int = 0
    grows: bool = False
    is_control: bool = False
    reads: Reads | None = None
    parts: Parts | None = None
    is_indexed: bool = False
    described: Callable[[], tuple[str, str]] = field(default=lambda: ("", ""), compare=False)
    charge: str = ""
    year: int = 2009
    source: str = ""
    name: str = ""
    gives: int = 1

    @property
    def effect(self) -> str:
        """The stack effect, without its brackets."""
        return self.described()[0]

    @property
    def summary(self) -> str:
        """What the operation does, in words."""
        return self.described()[1]


@lru_cache(maxsize=64)
def _docstrings(module: str) -> dict[str, str]:
    """Read the docstrings of a module's functions in its source: compiled functions have none."""
    folder = dirname(str(sys.modules[module].__file__))
    with open(join(folder, f"{module.rpartition('.')[2]}.py"), encoding="utf-8") as source:
        tree = ast.parse(source.read())
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    return {each.name: ast.get_docstring(each) or "" for each in functions}


def _describe(effect: str, summary: str, run: Callable[..., Any]) -> tuple[str, str]:
    """Return effect and summary, by default those of the docstring: "( effect ) Summary."."""
    if effect and summary:
        return effect, summary
    docstring = run.__doc__ or _docstrings(run.__module__).get(run.__name__, "")
    text = " ".join(docstring.split())
    if not text.startswith("( "):
        return effect, summary or text
    documented, _, words = text[2:].partition(" )")
    return effect or documented.strip(), summary or words.strip()


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
        grows = gives > takes
        return Operation(
            opcode,
            run,
            takes,
            grows,
            reads=reads,
            parts=parts,
            is_indexed=is_indexed,
            described=partial(_describe, effect, summary, run),
            charge=charge,
        )

    return make


def control(
    opcode: int, *, effect: str = "", summary: str = "", charge: str = ""
) -> Callable[[Callable[..., int]], Operation]:
    """Decorate `run(vm, position) -> position` to make it the control operation of `opcode`."""

    def make(run: Callable[..., int]) -> Operation:
        return Operation(
            opcode,
            run,
            is_control=True,
            described=partial(_describe, effect, summary, run),
            charge=charge,
        )

    return make


def introduced(year: int, source: str, *operations: Operation) -> tuple[Operation, ...]:
    """Set for a group of operations the year they were introduced, and their specification."""
    return tuple(replace(each, year=year, source=source) for each in operations)
