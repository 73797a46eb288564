"""The outcomes of tests, the selection of judgements, and the protocol of a file's tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import find_rules

__all__ = ["Outcome", "Selection", "Tests"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The judgement of test `id` under `rules` in `mode`; `expected` and `got` are words.

    `detail` explains a disagreement.
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
    """The judgements to make: names of rule sets (None: all), and modes.

    `own` are rule sets that have no name of this library, as those of a user's own file. Tests
    with flags of their own are judged regardless of the selection.
    """

    rules: frozenset[str] | None = None
    modes: frozenset[str] = frozenset(("standard", "consensus"))
    own: tuple[RuleSet, ...] = ()

    def includes(self, rules: str, mode: str) -> bool:
        """Whether a judgement under these rules in this mode is selected."""
        return mode in self.modes and (self.rules is None or rules in self.rules)

    def find(self, name: str, mode: str) -> RuleSet:
        """Find rules by their name. Raises RulesError."""
        for each in self.own:
            if each.name == name:
                return each.standard if mode == "standard" else each.consensus
        return find_rules(name, standard=mode == "standard")


class Tests(Protocol):
    """The tests of one file, in order."""

    def __len__(self) -> int:
        """The number of tests."""
        ...

    def judge(self, index: int, selection: Selection) -> list[Outcome]:
        """Judge test `index` under every rule set and mode that is selected."""
        ...
