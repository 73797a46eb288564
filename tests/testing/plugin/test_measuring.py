"""Coverage over a test run: whose contracts, under which names, from all processes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from support.plugin_example import write

pytest_plugins = "pytester"

TESTS = """
BOX = compile_contract("box", source=SOURCE)

def test_honest():
    assert_accepted(spend()[0])

def test_low():
    assert_refused(spend(value=999)[0])
"""
AWAY = """
def test_away():
    assert_refused(spend(locking=key.locking_bytecode)[0])
"""


def test_the_contracts_of_test_modules_are_covered(pytester: pytest.Pytester) -> None:
    write(pytester, TESTS)
    done = pytester.runpytest_subprocess("--bchcov-cover")
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines(
        [
            "*coverage of contracts*",
            "1 of 2 checks were seen to fail",
            "10 of 10 instructions ran, in 2 inputs",
            "box.cashasm:3*NEVER*2*[[]stays]*",
            "box.cashasm:5*1*2*[[]value]*",
        ]
    )
    assert "coverage of contracts" not in pytester.runpytest_subprocess().stdout.str()


@pytest.mark.parametrize(
    "made",
    [
        "CONTRACTS = (compile_contract('box', source=SOURCE),)",
        "CONTRACTS = {'box': compile_contract('box', source=SOURCE)}",
        "class Machine:\n    contracts = [compile_contract('box', source=SOURCE)]",
        "import pytest\n@pytest.fixture(autouse=True)\ndef box():\n"
        "    return compile_contract('box', source=SOURCE)",
    ],
)
def test_contracts_are_found_in_collections_classes_and_fixtures(
    pytester: pytest.Pytester, made: str
) -> None:
    write(pytester, f"{made}\n\ndef test_low():\n    assert_refused(spend(value=999)[0])\n")
    done = pytester.runpytest_subprocess("--bchcov-cover")
    done.stdout.fnmatch_lines(["1 of 2 checks were seen to fail", "10 of 10 instr*, in 1 inputs"])


def test_where_there_is_none_that_is_said(pytester: pytest.Pytester) -> None:
    write(pytester, "BARE = Contract('bare', b'\\x51')\n\ndef test_it():\n    pass\n")
    done = pytester.runpytest_subprocess("--bchcov-cover")
    done.stdout.fnmatch_lines(["no contract was found*", "nothing is known of the source of bare"])


def test_a_run_fails_where_a_check_was_never_seen_to_fail(pytester: pytest.Pytester) -> None:
    write(pytester, TESTS)
    assert pytester.runpytest_subprocess("--bchcov-cover").ret == pytest.ExitCode.OK
    done = pytester.runpytest_subprocess("--bchcov-require-checks")
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    write(pytester, TESTS + AWAY)
    done = pytester.runpytest_subprocess("--bchcov-require-checks")
    assert done.ret == pytest.ExitCode.OK
    write(pytester, "def test_nothing():\n    pass\n")
    assert pytester.runpytest_subprocess("--bchcov-require-checks").ret == 1


def test_workers_are_counted_together(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    write(pytester, TESTS + AWAY)
    alone = pytester.runpytest_subprocess("--bchcov-cover").stdout.str()
    shared = pytester.runpytest_subprocess("--bchcov-cover", "-n", "2")
    shared.assert_outcomes(passed=3)

    def report(text: str) -> str:
        return text.partition("coverage of contracts")[2].partition("\n=====")[0].strip()

    assert report(shared.stdout.str()) == report(alone) != ""
    assert "2 of 2 checks were seen to fail" in alone


@pytest.mark.parametrize("jobs", [(), ("-n", "2")])
def test_coverage_py_says_which_test_reached_a_line(
    pytester: pytest.Pytester, jobs: tuple[str, ...]
) -> None:
    pytest.importorskip("coverage")
    pytest.importorskip("xdist")
    write(pytester, TESTS + AWAY)
    done = pytester.runpytest_subprocess("--bchcov-data-file", ".coverage", *jobs)
    done.assert_outcomes(passed=3)
    configuration = "[run]\nplugins = bchcov.testing.coverage.plugin\nbranch = true\n"
    (pytester.path / ".coveragerc").write_text(configuration, encoding="utf-8")
    command = [sys.executable, "-m", "coverage", "json", "--show-contexts"]
    subprocess.run(command, cwd=pytester.path, check=True, capture_output=True)
    (found,) = json.loads((pytester.path / "coverage.json").read_text(encoding="utf-8"))[
        "files"
    ].values()
    names = {each.rpartition("::")[2] for each in found["contexts"]["5"]}
    assert names == {"test_honest", "test_low"}
    assert found["summary"]["missing_branches"] == 0
