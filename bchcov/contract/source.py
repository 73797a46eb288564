"""Contract sources: reading them from the folder `contracts`, and the names in their comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..assembly.tokens import normalize_source
from ..errors import ContractError

__all__ = ["Label", "index_of", "labels_in", "load_source"]

_HERE = Path(__file__).parent.parent
# In a wheel the sources are inside the package, in a checkout beside it.
_FOLDERS = (_HERE / "contracts", _HERE.parent / "contracts")
# Comments and quoted texts: a comment mark within quotes does not begin a comment.
_PART = re.compile(r"//[^\n]*|/\*.*?\*/|'[^']*'|\"[^\"]*\"", re.DOTALL)
_LABEL = re.compile(
    r"(?://|/\*)[^\S\n]*\[(?P<final>final:)?(?P<name>[A-Za-z0-9_.-]+)\][^\S\n]*(?P<why>[^\n]*)"
)


@dataclass(frozen=True, slots=True)
class Label:
    """The name that a comment begins with, its purpose, and the comment's place, from 1."""

    name: str
    why: str
    line: int
    column: int
    is_final: bool = False


@cache
def load_source(name: str) -> str:
    """Read a source from the folder `contracts` by name, such as "cpmm/pool".

    Raises ContractError if there is none.
    """
    for folder in _FOLDERS:
        path = folder / f"{name}.cashasm"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise ContractError(f"unknown contract {name!r}")


def labels_in(source: str) -> Iterator[Label]:
    """Yield the names in a source's comments, in order.

    Lines and columns refer to the normalized source, as those of the parser do.
    """
    text = normalize_source(source)
    line, start, counted = 1, 0, 0
    for part in _PART.finditer(text):
        match = _LABEL.match(part[0])
        if match is None:
            continue
        breaks = text.count("\n", counted, part.start())
        if breaks:
            line += breaks
            start = text.rfind("\n", counted, part.start()) + 1
        counted = part.start()
        # What follows is said to the mutation of contracts.
        why = match["why"].removesuffix("*/").partition("@equivalent")[0].rstrip()
        yield Label(match["name"], why, line, counted - start + 1, bool(match["final"]))


def index_of(text: str, line: int, column: int) -> int:
    """Convert a line and column of a normalized source to an index into the text."""
    at = 0
    for _ in range(line - 1):
        at = text.index("\n", at) + 1
    return at + column - 1
