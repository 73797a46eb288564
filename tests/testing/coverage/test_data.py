"""What coverage.py's own reports say of contracts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bchcov import Output, TransactionBuilder, compile_contract, p2pkh
from bchcov.testing import Coverage, write_coverage_data

coverage_py = pytest.importorskip("coverage", reason="the extra cover is not installed")

SOURCE = """OP_IF
  OP_VERIFY  // [needed] is true
OP_ELSE
  OP_DROP
OP_ENDIF
OP_1
"""
CONFIGURATION = "[run]\nplugins = bchcov.testing.coverage.plugin\nbranch = true\n"


def collected(*arguments: tuple[int, int]) -> Coverage:
    contract = compile_contract("made", source=SOURCE, paths={"spend": "int a, int way"})
    coverage = Coverage(contract)
    for each in arguments:
        coin = contract.coin("11" * 32, 0, 10_000)
        spent = TransactionBuilder().spend(coin, contract.unlock.spend(*each))
        built = spent.pay(Output(9_000, p2pkh(bytes(20)))).build_exactly()
        coverage.add(built.transaction, built.source_outputs, context=f"a={each[0]}")
    return coverage


def report(folder: Path, *arguments: str) -> str:
    (folder / ".coveragerc").write_text(CONFIGURATION, encoding="utf-8")
    command = [sys.executable, "-m", "coverage", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=True)
    assert "Warning" not in done.stderr
    return done.stdout


def test_a_check_that_was_never_seen_to_fail_is_a_branch_that_is_missing(tmp_path: Path) -> None:
    (tmp_path / "made.cashasm").write_text(SOURCE, encoding="utf-8")
    data_file = tmp_path / ".coverage"
    assert write_coverage_data(collected((1, 1)), data_file, folder=tmp_path) == ()
    report(tmp_path, "json")
    (found,) = json.loads((tmp_path / "coverage.json").read_text(encoding="utf-8"))[
        "files"
    ].values()
    assert found["executed_lines"] == [1, 2, 6]
    assert found["missing_lines"] == [4]
    # Of each line the first way of a check is that it fails, of a branch that it is true.
    assert found["missing_branches"] == [[1, -2], [2, -1]]
    report(tmp_path, "html")
    (page,) = (tmp_path / "htmlcov").glob("made_cashasm.html")
    assert "line 2 was never seen so: [needed] fails" in page.read_text(encoding="utf-8")


def test_more_is_added_to_the_data_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "made.cashasm").write_text(SOURCE, encoding="utf-8")
    for arguments in ((1, 1), (0, 1), (1, 0)):
        write_coverage_data(collected(arguments), tmp_path / ".coverage", folder=tmp_path)
    assert "100%" in report(tmp_path, "report")
    report(tmp_path, "json", "--show-contexts")
    (found,) = json.loads((tmp_path / "coverage.json").read_text(encoding="utf-8"))[
        "files"
    ].values()
    assert {line: sorted(found["contexts"][line]) for line in ("1", "2", "4", "6")} == {
        "1": ["a=0", "a=1"],
        "2": ["a=0", "a=1"],
        "4": ["a=1"],
        "6": ["a=1"],
    }


def test_a_source_that_nothing_reached_is_reported_as_missing(tmp_path: Path) -> None:
    (tmp_path / "made.cashasm").write_text(SOURCE, encoding="utf-8")
    write_coverage_data(collected(), tmp_path / ".coverage", folder=tmp_path)
    assert "0%" in report(tmp_path, "report")


def test_the_text_of_a_source_without_a_file_is_written(tmp_path: Path) -> None:
    write_coverage_data(collected((1, 1)), tmp_path / ".coverage", folder=tmp_path / "none")
    assert (tmp_path / "contracts-coverage" / "made.cashasm").read_text(encoding="utf-8") == SOURCE
    assert "made.cashasm" in report(tmp_path, "report")


def test_lcov_and_xml_have_the_lines(tmp_path: Path) -> None:
    (tmp_path / "made.cashasm").write_text(SOURCE, encoding="utf-8")
    write_coverage_data(collected((1, 1)), tmp_path / ".coverage", folder=tmp_path)
    report(tmp_path, "lcov")
    lines = (tmp_path / "coverage.lcov").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("DA:")] == [
        "DA:1,1",
        "DA:2,1",
        "DA:4,0",
        "DA:6,1",
    ]
    assert "BRDA:2,0,[needed] fails,0" in lines
    report(tmp_path, "xml")
    assert 'filename="made.cashasm"' in (tmp_path / "coverage.xml").read_text(encoding="utf-8")


def test_data_of_lines_without_branches_stay_such_data(tmp_path: Path) -> None:
    (tmp_path / "made.cashasm").write_text(SOURCE, encoding="utf-8")
    other = tmp_path / "other.py"
    other.write_text("a = 1\n", encoding="utf-8")
    data = coverage_py.CoverageData(str(tmp_path / ".coverage"))
    data.add_lines({str(other): [1]})
    data.write()
    write_coverage_data(collected((1, 1)), tmp_path / ".coverage", folder=tmp_path)
    text = report(tmp_path, "report")
    assert "other.py" in text
    assert "made.cashasm       4      1    75%" in text
