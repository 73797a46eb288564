"""What a run of test vectors found: counts by group, disagreements, JUnit XML, JSON."""

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
    """A line of the table: a group under one judge."""

    group: str
    rules: str
    mode: str
    judged: int
    disagreeing: int


class Report:
    """The outcomes of a run, in their order; `tests` of `total` tests have been judged."""

    def __init__(self) -> None:
        self.tests = self.total = 0
        self.outcomes: list[Outcome] = []
        self.skipped: list[tuple[str, str]] = []

    def skip(self, path: Path, why: str) -> None:
        """Take in a file, or the others of a folder, that hold no tests, and why."""
        self.skipped.append((str(path), why))

    def add(self, outcome: Outcome) -> None:
        """Take in one outcome."""
        self.outcomes.append(outcome)

    @property
    def disagreements(self) -> list[Outcome]:
        """The outcomes that are not as expected."""
        return [outcome for outcome in self.outcomes if not outcome.agrees]

    @property
    def ok(self) -> bool:
        """Whether something was judged and nothing disagrees."""
        return bool(self.outcomes) and not self.disagreements

    def rows(self) -> Iterator[Row]:
        """Yield a row for each group, rule set and mode, sorted; flags count as one rule set."""
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
        """The report as JSON: counts, rows, and every disagreement."""
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
        """The report as JUnit XML: a suite for each group, a case for each judgement."""
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
