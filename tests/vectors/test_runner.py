"""Runs: complete, in order, with every disagreement in table, JSON and JUnit XML."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from test_formats import CASE

from bchcov import VectorError
from bchcov.cli.vectors import vectors
from bchcov.vectors.outcome import Selection
from bchcov.vectors.runner import run
from bchcov.vectors.suite import pack_suite


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    cases = [replace(CASE, id=f"{at:06}", group=f"group.{at % 3}") for at in range(600)]
    cases[123] = replace(cases[123], labels=("2026_invalid",))
    path = tmp_path / "suite.xz"
    path.write_bytes(pack_suite(cases))
    return path


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_judges_everything_in_order(suite: Path, jobs: int) -> None:
    seen: list[tuple[int, int]] = []
    report = run([suite], jobs=jobs, progress=lambda done, total: seen.append((done, total)))
    assert [outcome.id for outcome in report.outcomes[::2]] == [f"{at:06}" for at in range(600)]
    assert seen == [(250, 600), (500, 600), (600, 600)]
    assert (report.tests, len(report.outcomes), report.ok) == (600, 1200, False)
    assert {outcome.id for outcome in report.disagreements} == {"000123"}


def test_the_rows_count_by_group_rules_and_mode(suite: Path) -> None:
    rows = list(run([suite], jobs=1).rows())
    assert [tuple(row) for row in rows[:2]] == [
        ("group.0", "BCH_2026", "consensus", 200, 1),
        ("group.0", "BCH_2026", "standard", 200, 1),
    ]
    assert sum(row.judged for row in rows) == 1200


def test_a_run_of_nothing_is_not_ok(suite: Path) -> None:
    assert not run([suite], Selection(frozenset({"BCH_2023"})), jobs=1).ok


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(VectorError, match="no such file"):
        run([tmp_path / "none"])


def test_junit_has_a_case_for_each_judgement(suite: Path) -> None:
    root = ElementTree.fromstring(run([suite], jobs=1).as_junit())
    assert (root.get("tests"), root.get("failures")) == ("1200", "2")
    assert len(root.findall("./testsuite/testcase")) == 1200
    failure = root.find("./testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("message") == "expected refused, got accepted"


def invoke(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(vectors, ["run", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout


def test_the_command_lists_every_disagreement_and_exits_with_1(suite: Path) -> None:
    code, output = invoke(str(suite), "--jobs", "1")
    assert code == 1
    assert "group.0 000123 under BCH_2026 (standard): expected refused, got accepted" in output
    assert output.endswith("600 tests, 1,200 judgements, 2 disagree\n")


def test_the_command_prints_json_and_writes_junit(suite: Path, tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    code, output = invoke(str(suite), "--jobs", "1", "--json", "--junit", str(junit), "--consensus")
    report = json.loads(output)
    assert (code, report["judged"], report["disagreeing"]) == (1, 600, 1)
    assert report["disagreements"][0]["mode"] == "consensus"
    assert ElementTree.parse(junit).getroot().get("tests") == "600"


def test_a_report_that_cannot_be_written_is_an_error_of_one_line(
    suite: Path, tmp_path: Path
) -> None:
    target = str(tmp_path / "none" / "junit.xml")
    result = CliRunner().invoke(vectors, ["run", str(suite), "--jobs", "1", "--junit", target])
    assert result.exit_code == 3
    assert result.stderr.splitlines()[-1].startswith("Error: cannot write")


def test_the_command_exits_with_0_when_all_agree(tmp_path: Path) -> None:
    path = tmp_path / "suite.xz"
    path.write_bytes(pack_suite([CASE]))
    assert invoke(str(path), "--rules", "2026", "--standard")[0] == 0
    assert invoke(str(path), "--rules", "2023")[0] == 1


@pytest.mark.parametrize("arguments", [(), ("/no/such/path",), (".", "--rules", "1999")])
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...]) -> None:
    assert invoke(*arguments)[0] == 2
