"""Reports as JSON, SARIF, JUnit XML, and as files that replay each finding."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

from ...crypto.hashes import sha256
from ...encoding.printable import printable
from ..marks import Mark
from .campaign import Report
from .findings import NOTES, Finding

__all__ = ["Place", "as_json", "as_junit", "as_sarif", "marks_of", "write_files"]

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_KINDS = {
    "loss": "Others have less than they should.",
    "gain": "The attacker has more than they should.",
    "property": "A property of the caller's own is broken.",
    **NOTES,
}


class Place(NamedTuple):
    """Where an honest transaction was read: a file, and a line from 1."""

    file: str
    line: int


def _finding_as_json(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "is_attack": finding.is_attack,
        "attacker": finding.attacker,
        "sentence": finding.sentence,
        "differences": list(finding.differences),
        "unchecked": list(finding.unchecked),
        "honest": finding.honest,
        "txid": finding.txid,
        **finding.verify_line(),
    }


def as_json(report: Report) -> dict[str, Any]:
    """Return a report as JSON: counts, every finding as a line that can be replayed."""
    return {
        "version": 1,
        **({"draft": report.draft} if report.draft else {}),
        "seed": report.seed,
        "judged": report.judged,
        "accepted": report.accepted,
        "seconds": round(report.seconds, 3),
        "attackers": list(report.attackers),
        "attacks": len(report.attacks),
        "notes": len(report.notes),
        "findings": [_finding_as_json(each) for each in report.findings],
        "not_tried": list(report.not_tried),
    }


def as_sarif(report: Report, places: Sequence[Place], version: str) -> dict[str, Any]:
    """Return a report as SARIF 2.1.0, each finding at the honest transaction that it is made of.

    `version` is that of this library. Source: OASIS, Static Analysis Results Interchange Format.
    """
    return {
        "$schema": _SARIF,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "bchcov fuzz",
                        "version": version,
                        "rules": [
                            {"id": _rule_id(kind), "shortDescription": {"text": text}}
                            for kind, text in _KINDS.items()
                        ],
                    }
                },
                "results": [_result(each, places) for each in report.findings],
            }
        ],
    }


def _rule_id(kind: str) -> str:
    return kind.replace(" ", "-")


def _result(finding: Finding, places: Sequence[Place]) -> dict[str, Any]:
    place = places[finding.honest]
    cause = "\n".join((finding.attacker, *finding.cause))
    return {
        "ruleId": _rule_id(finding.kind),
        "level": "error" if finding.is_attack else "note",
        "message": {"text": str(finding)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": Path(place.file).as_posix()},
                    "region": {"startLine": place.line},
                }
            }
        ],
        "partialFingerprints": {"cause/v1": sha256(cause.encode()).hex()},
    }


def marks_of(report: Report, places: Sequence[Place]) -> list[Mark]:
    """Return each finding at the honest transaction that it is made of."""
    return [
        Mark(
            _rule_id(each.kind),
            "error" if each.is_attack else "note",
            Path(places[each.honest].file).as_posix(),
            places[each.honest].line,
            str(each),
        )
        for each in report.findings
    ]


def as_junit(report: Report) -> bytes:
    """Return a report as JUnit XML: a case for each attacker, or for each of their attacks."""
    suite = ElementTree.Element("testsuite", name="bchcov fuzz", time=f"{report.seconds:.3f}")
    cases = failures = 0
    for attacker in dict.fromkeys(report.attackers):
        found = [each for each in report.attacks if each.attacker == attacker]
        for number, finding in enumerate(found or [None]):
            name = f"{attacker} as the attacker" + (f", {number + 1}" if number else "")
            case = ElementTree.SubElement(
                suite, "testcase", classname="bchcov.fuzz", name=printable(name)
            )
            cases += 1
            if finding is not None:
                failures += 1
                message = printable(f"{finding.kind}: {finding.sentence}")
                failure = ElementTree.SubElement(case, "failure", message=message)
                text = f"{finding}\n{finding.save()}"
                failure.text = "\n".join(map(printable, text.split("\n")))
    suite.set("tests", str(cases))
    suite.set("failures", str(failures))
    root = ElementTree.Element("testsuites", tests=str(cases), failures=str(failures))
    root.append(suite)
    xml: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml


def write_files(report: Report, folder: Path) -> None:
    """Write every finding as a line, as VMB rows and as a pytest function into a folder.

    Files of an earlier run are replaced, also by empty ones. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{each.save()}\n" for each in report.findings)
    (folder / "findings.jsonl").write_text(lines, encoding="utf-8")
    rows = [row for each in report.findings for row in each.vmb_rows()]
    (folder / "findings.vmb.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    functions = "\n\n".join(each.pytest_function() for each in report.findings)
    docstring = '"""What a campaign found: each test fails until the transaction is refused."""\n'
    code = f"{docstring}\n\n{functions}" if functions else docstring
    (folder / "test_findings.py").write_text(code, encoding="utf-8")
