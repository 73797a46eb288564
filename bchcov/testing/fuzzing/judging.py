"""Judging and watching what a campaign proposes, without running again what is known.

Most changes leave most of what the scripts read as it was; what is said of them is exact all the
same: see `Memory`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ...transaction.context import TransactionContext
from ...transaction.differences import Differences
from ...transaction.model import Output, Transaction
from ...validation.verdict import Verdict
from ...validation.verifier import Verifier
from ...vm.remembering import Memory
from ...vm.rules.ruleset import RuleSet
from .provenance import WATCHING, Watched, watch, watched

__all__ = ["Judge"]

# What is watched takes more memory: each item knows its origin.
_MOST_WATCHED = 2_000


@dataclass(slots=True)
class Judge:
    """Judges transactions under some rules, and watches their runs, for a whole campaign."""

    rules: RuleSet
    _verifier: Verifier = field(init=False)
    _watched: Memory = field(init=False)
    _differences: Differences | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._verifier = Verifier(self.rules)
        self._watched = Memory(self.rules, WATCHING, _MOST_WATCHED)

    def verify(self, transaction: Transaction, coins: tuple[Output, ...]) -> Verdict:
        """Judge a transaction as `bchcov.verify` does."""
        return self._verifier.verify(transaction, coins)

    def watch(self, context: TransactionContext, index: int) -> Watched:
        """Watch the run of an input, but not all that it compares."""
        if self._watched.is_off:
            return watch(context, index, self.rules)
        if self._differences is None or self._differences.context is not context:
            self._differences = Differences(context)
        ending = self._watched.end_of(context, index, self._differences)
        if ending.notes is None:
            ending.notes = watched(ending)
        found: Watched = ending.notes
        return found
