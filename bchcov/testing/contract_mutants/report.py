"""The report of a mutation run: what became of each mutant, by source line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from ...encoding.printable import printable
from .changes import Mutant

__all__ = ["MutantResult", "MutationReport", "Status"]

Status = Literal["survived", "not run", "killed", "invalid", "timed out", "equivalent"]


@dataclass(frozen=True, slots=True)
class MutantResult:
    """What became of a mutant, and by which transactions or by what.

    - survived: everything that runs it was judged as without it;
    - not run: nothing runs the instruction, so that nothing could notice;
    - killed: something was accepted that should not be, or some of what is honest refused;
    - invalid: everything honest that runs it is refused and nothing else accepted: the contract
      is broken, not weaker, which any spend shows;
    - timed out: not judged to the end within the time;
    - equivalent: the source says that it makes no difference; it was not tried.
    """

    mutant: Mutant
    status: Status
    by: tuple[str, ...] = ()

    def __str__(self) -> str:
        by = f" ({', '.join(self.by)})" if self.by else ""
        return printable(f"{self.mutant}: {self.status}{by}")


@dataclass(frozen=True, slots=True)
class MutationReport:
    """What became of all mutants of a contract."""

    contract: str
    results: tuple[MutantResult, ...]

    @property
    def counts(self) -> dict[Status, int]:
        """How many mutants ended in which way."""
        counted = Counter(each.status for each in self.results)
        return {status: counted[status] for status in get_args(Status)}

    @property
    def survivors(self) -> tuple[MutantResult, ...]:
        """The mutants that nothing noticed, those that nothing ran included."""
        return tuple(each for each in self.results if each.status in ("survived", "not run"))

    @property
    def score(self) -> float | None:
        """The share of valid mutants that were killed, from 0 to 1.

        None if there were none, or if more timed out than were judged: such a score would say
        nothing.
        """
        counts = self.counts
        judged = counts["killed"] + len(self.survivors)
        if not judged or counts["timed out"] > judged:
            return None
        return counts["killed"] / judged

    def as_dict(self) -> dict[str, Any]:
        """Return the report as what JSON can hold; scripts are hexadecimal."""
        rows = []
        for each in self.results:
            row = asdict(each.mutant)
            row |= {"code": each.mutant.code.hex(), "replacement": each.mutant.replacement.hex()}
            rows.append({**row, "status": each.status, "by": list(each.by)})
        counts, score = self.counts, self.score
        return {"contract": self.contract, "score": score, "counts": counts, "mutants": rows}

    def text(self) -> str:
        """Return the report as text: the score, and the mutants that nothing killed."""
        return "\n".join(_lines_of(self))

    def __str__(self) -> str:
        return self.text()


def _lines_of(report: MutationReport) -> Iterator[str]:
    counts = report.counts
    judged = counts["killed"] + len(report.survivors)
    if report.score is None:
        yield "no score: too many timed out" if judged else "no score: no mutant was judged"
    else:
        yield f"{counts['killed']} of {judged} mutants killed, {100 * report.score:.0f} %"
    yield ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    shown = [each for each in report.results if each.status in ("survived", "not run", "timed out")]
    yield from map(str, sorted(shown, key=lambda each: (each.mutant.file, each.mutant.line)))
