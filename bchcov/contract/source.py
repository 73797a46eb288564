"""Sources of contracts: the folder they lie in, their comments, and the names in these."""

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
# In a wheel the sources lie within the package, in a checkout beside it.
_FOLDERS = (_HERE / "contracts", _HERE.parent / "contracts")
# Text in quotes has no comments in it, and a comment no quotes.
_PART = re.compile(r"//[^\n]*|/\*.*?\*/|'[^']*'|\"[^\"]*\"", re.DOTALL)
_LABEL = re.compile(
    r"(?://|/\*)[^\S\n]*\[(?P<final>final:)?(?P<name>[A-Za-z0-9_.-]+)\][^\S\n]*(?P<why>[^\n]*)"
)


@dataclass(frozen=True, slots=True)
class Label:
    """The name that a comment begins with, and where the comment stands, counted from 1."""

    name: str
    why: str
    line: int
    column: int
    is_final: bool = False


@cache
def load_source(name: str) -> str:
    """Read the source `name` of the folder `contracts`, as "cpmm/pool". Raises ContractError."""
    for folder in _FOLDERS:
        path = folder / f"{name}.cashasm"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise ContractError(f"no contract is called {name!r}")


def labels_in(source: str) -> Iterator[Label]:
    """Yield the names in a source's comments, in their order.

    Lines and columns count as the parser's do, in the normalized form of the source.
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
        why = match["why"].removesuffix("*/").rstrip()
        yield Label(match["name"], why, line, counted - start + 1, bool(match["final"]))


def index_of(text: str, line: int, column: int) -> int:
    """Return the offset in a normalized source of a line and a column."""
    at = 0
    for _ in range(line - 1):
        at = text.index("\n", at) + 1
    return at + column - 1
