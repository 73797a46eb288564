"""The outcome of one judgement of one test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

__all__ = ["Outcome", "Selection", "Tests"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One judgement: of test `id`, under `rules` in `mode`; `expected` and `got` in words.

    `detail` says more where they differ.
    """

    id: str
    group: str
    rules: str
    mode: str
    agrees: bool
    expected: str
    got: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which judgements are wanted: names of rule sets (None: all), and modes.

    Tests that bring their own flags are judged whatever is selected.
    """

    rules: frozenset[str] | None = None
    modes: frozenset[str] = frozenset(("standard", "consensus"))

    def wants(self, rules: str, mode: str) -> bool:
        """Whether this judgement is wanted."""
        return mode in self.modes and (self.rules is None or rules in self.rules)


class Tests(Protocol):
    """The tests of one file, in order."""

    def __len__(self) -> int:
        """How many tests there are."""
        ...

    def judge(self, index: int, selection: Selection) -> list[Outcome]:
        """Judge test `index` as often as the selection wants."""
        ...
