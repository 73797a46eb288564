"""What a mutation run has to say about lines of a contract: the mutants that nothing noticed."""

from __future__ import annotations

from collections.abc import Iterator

from ..marks import Case, Level, Mark
from .report import MutationReport

__all__ = ["RULES", "cases_of", "marks_of"]

RULES = {
    "mutant-survived": "Nothing notices that this check is weaker, or gone.",
    "mutant-not-run": "Nothing runs this instruction.",
    "mutant-timed-out": "What was tried did not come to its end.",
}
_RULE_OF = {
    "survived": "mutant-survived",
    "not run": "mutant-not-run",
    "timed out": "mutant-timed-out",
}


def marks_of(report: MutationReport) -> Iterator[Mark]:
    """Yield the mutants that were not killed, each at its place."""
    for each in report.results:
        if each.status in _RULE_OF:
            mutant = each.mutant
            said = str(each).partition(" ")[2]
            level: Level = "warning" if each.status == "survived" else "note"
            yield Mark(_RULE_OF[each.status], level, mutant.file, mutant.line, said)


def cases_of(report: MutationReport) -> list[Case]:
    """Return a case for each mutant that was tried; it fails if nothing noticed it."""
    return [
        Case(str(each.mutant), each.status if each.status in _RULE_OF else None)
        for each in report.results
        if each.status not in ("equivalent", "invalid")
    ]
