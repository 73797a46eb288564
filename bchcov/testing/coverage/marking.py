"""What coverage has to say about lines of a contract: checks that never failed, ways not taken."""

from __future__ import annotations

from collections.abc import Iterator

from ..marks import Case, Mark
from .report import CoverageReport

__all__ = ["RULES", "cases_of", "marks_of"]

RULES = {
    "check-never-failed": "A check that was never seen to refuse could be missing.",
    "branch-one-way": "A branch of which only one way was taken, or none.",
    "not-run": "A line of which not all instructions ran.",
}


def marks_of(report: CoverageReport) -> Iterator[Mark]:
    """Yield what is missing: the checks first."""
    for check in report.never_refused:
        said = f"[{check.name}] was never seen to fail, and ran {check.ran} times"
        yield Mark("check-never-failed", "warning", check.file, check.line, said)
    for branch in report.one_way:
        seen = [name for name, count in (("true", branch.true), ("false", branch.false)) if count]
        said = f"the condition of {branch.opcode} was {seen[0] if seen else 'neither'} only"
        said = said if seen else f"{branch.opcode} was never reached"
        yield Mark("branch-one-way", "note", branch.file, branch.line, said)
    for line in report.not_run:
        said = f"{line.instructions_run} of {line.instructions} instructions ran"
        yield Mark("not-run", "note", line.file, line.line, said)


def cases_of(report: CoverageReport) -> list[Case]:
    """Return a case for each check, which fails if it was never seen to refuse."""
    return [
        Case(
            f"{check.file}:{check.line} [{check.name}]",
            None if check.refused else f"never seen to fail, and ran {check.ran} times",
        )
        for check in report.checks
    ]
