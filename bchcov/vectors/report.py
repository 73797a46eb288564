"""The report of a run of test vectors: counts by group, disagreements, JUnit XML, JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

from ..encoding.printable import printable
from .outcome import Outcome

__all__ = ["Report", "Row"]


class Row(NamedTuple):
    """A line of the table: a group under one rule set and mode."""

    group: str
    rules: str
    mode: str
    judged: int
    disagreeing: int


class Report:
    """The outcomes of a run, in order; `tests` of `total` tests have been judged."""

    def __init__(self) -> None:
        self.tests = self.total = 0
        self.outcomes: list[Outcome] = []
        self.skipped: list[tuple[str, str]] = []

    def skip(self, path: Path, why: str) -> None:
        """Record a file, or a folder's other files, skipped for the reason `why`."""
        self.skipped.append((str(path), why))

    def add(self, outcome: Outcome) -> None:
        """Record one outcome."""
        self.outcomes.append(outcome)

    @property
    def disagreements(self) -> list[Outcome]:
        """The outcomes that are not as expected."""
        return [outcome for outcome in self.outcomes if not outcome.agrees]

    @property
    def ok(self) -> bool:
        """Whether at least one test was judged, without a disagreement."""
        return bool(self.outcomes) and not self.disagreements

    def rows(self) -> Iterator[Row]:
        """Yield a row for each group, rule set and mode, sorted; all flags make one row."""
        judged: Counter[tuple[str, str, str]] = Counter()
        wrong: Counter[tuple[str, str, str]] = Counter()
        for outcome in self.outcomes:
            rules = "own flags" if outcome.mode == "flags" else outcome.rules
            key = outcome.group, rules, "" if outcome.mode == "flags" else outcome.mode
            judged[key] += 1
            wrong[key] += not outcome.agrees
        for key in sorted(judged):
            yield Row(*key, judged[key], wrong[key])

    def as_json(self) -> dict[str, Any]:
        """Return the report for JSON: counts, rows, and all disagreements."""
        return {
            "tests": self.tests,
            "total": self.total,
            "judged": len(self.outcomes),
            "disagreeing": len(self.disagreements),
            "skipped": [{"path": path, "why": why} for path, why in self.skipped],
            "groups": [row._asdict() for row in self.rows()],
            "disagreements": [
                {
                    "id": outcome.id,
                    "group": outcome.group,
                    "rules": outcome.rules,
                    "mode": outcome.mode,
                    "expected": outcome.expected,
                    "got": outcome.got,
                    "detail": outcome.detail,
                }
                for outcome in self.disagreements
            ],
        }

    def as_junit(self) -> bytes:
        """Return the report as JUnit XML: a suite for each group, a case for each judgement."""
        root = ElementTree.Element(
            "testsuites", tests=str(len(self.outcomes)), failures=str(len(self.disagreements))
        )
        suites: dict[str, ElementTree.Element] = {}
        counts: Counter[str] = Counter(outcome.group for outcome in self.outcomes)
        failures: Counter[str] = Counter(outcome.group for outcome in self.disagreements)
        for outcome in self.outcomes:
            suite = suites.get(outcome.group)
            if suite is None:
                suite = suites[outcome.group] = ElementTree.SubElement(
                    root,
                    "testsuite",
                    name=printable(outcome.group),
                    tests=str(counts[outcome.group]),
                    failures=str(failures[outcome.group]),
                )
            name = printable(f"{outcome.id} {outcome.rules} {outcome.mode}")
            case = ElementTree.SubElement(
                suite, "testcase", name=name, classname=printable(outcome.group)
            )
            if not outcome.agrees:
                message = f"expected {outcome.expected}, got {outcome.got}"
                # XML 1.0 has no escape for control characters.
                failure = ElementTree.SubElement(case, "failure", message=printable(message))
                failure.text = "\n".join(map(printable, outcome.detail.split("\n")))
        xml: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
        return xml
