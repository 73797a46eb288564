"""What a tool has to say about places in files, as SARIF, JUnit XML and annotations of GitHub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from xml.etree import ElementTree

from ..crypto.hashes import sha256
from ..encoding.printable import printable

__all__ = ["Case", "Level", "Mark", "as_annotations", "as_junit", "as_sarif"]

Level = Literal["error", "warning", "note"]
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


@dataclass(frozen=True, slots=True)
class Mark:
    """What is said of a place: a line from 1 of a file, by which rule, and how serious it is.

    `cause` is the same for the same thing in another run; without it, it is made of the rest.
    """

    rule: str
    level: Level
    file: str
    line: int
    text: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A case of JUnit: what it is called, and why it fails, None if it does not."""

    name: str
    failure: str | None = None


def as_sarif(
    tool: str, rules: Mapping[str, str], marks: Iterable[Mark], version: str
) -> dict[str, Any]:
    """Return marks as SARIF 2.1.0; `rules` says what each is about, `version` is the library's.

    Source: OASIS, Static Analysis Results Interchange Format.
    """
    described = [{"id": name, "shortDescription": {"text": text}} for name, text in rules.items()]
    driver = {"name": tool, "version": version, "rules": described}
    results = [_result(each) for each in marks]
    runs = [{"tool": {"driver": driver}, "results": results}]
    return {"$schema": _SARIF, "version": "2.1.0", "runs": runs}


def _result(mark: Mark) -> dict[str, Any]:
    place = {
        "artifactLocation": {"uri": mark.file},
        "region": {"startLine": mark.line},
    }
    cause = mark.cause or "\n".join((mark.rule, mark.file, mark.text))
    return {
        "ruleId": mark.rule,
        "level": mark.level,
        "message": {"text": mark.text},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"cause/v1": sha256(cause.encode()).hex()},
    }


def as_junit(suite: str, cases: Sequence[Case], *, seconds: float = 0.0) -> bytes:
    """Return cases as JUnit XML, as one suite."""
    failures = str(sum(each.failure is not None for each in cases))
    counts = {"tests": str(len(cases)), "failures": failures}
    root = ElementTree.Element("testsuites", counts)
    named = {"name": suite, "time": f"{seconds:.3f}", **counts}
    parent = ElementTree.SubElement(root, "testsuite", named)
    classname = suite.replace(" ", ".")
    for each in cases:
        name = printable(each.name)
        case = ElementTree.SubElement(parent, "testcase", classname=classname, name=name)
        if each.failure is not None:
            first, *_ = lines = [printable(line) for line in each.failure.split("\n")]
            failure = ElementTree.SubElement(case, "failure", message=first)
            failure.text = "\n".join(lines)
    xml: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml


def as_annotations(marks: Iterable[Mark], tool: str) -> Iterator[str]:
    """Yield marks as lines that GitHub Actions shows beside the code.

    Source: GitHub, "Workflow commands for GitHub Actions".
    """
    for each in marks:
        place = f"file={_property(each.file)},line={each.line},title={_property(tool)}"
        yield f"::{_COMMANDS[each.level]} {place}::{_data(each.text)}"


def _data(text: str) -> str:
    """Escape a message: a line feed has a form of its own, all else that is not shown another."""
    lines = [printable(line) for line in text.replace("%", "%25").split("\n")]
    return "%0A".join(lines)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
