"""The fixture `costs` holds what spends cost to a file beside the test."""

from __future__ import annotations

import json

import pytest
from support.plugin_example import write

pytest_plugins = "pytester"

TEST = """
def test_costs(costs):
    built, box = spend()
    assert costs(box, {"take": built}).spends[0].name == "take"
"""


def test_costs_are_written_and_then_compared(pytester: pytest.Pytester) -> None:
    write(pytester, TEST)
    done = pytester.runpytest_subprocess()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*box.costs.json is missing beside the test: pytest --bchcov-upd*"])
    pytester.runpytest_subprocess("--bchcov-update-costs").assert_outcomes(passed=1)
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
    path = pytester.path / "box.costs.json"
    snapshot = json.loads(path.read_text(encoding="utf-8"))
    snapshot["spends"]["take"]["op_cost"] -= 10
    path.write_text(json.dumps(snapshot), encoding="utf-8")
    done = pytester.runpytest_subprocess()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        ["*costs differ from box.costs.json*", "*take: op_cost * -> * (+10, *"]
    )
    pytester.runpytest_subprocess("--bchcov-cost-tolerance", "5").assert_outcomes(passed=1)
    path.write_text("[]", encoding="utf-8")
    done = pytester.runpytest_subprocess()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*box.costs.json' is no snapshot of costs*"])


def test_the_file_may_have_another_name(pytester: pytest.Pytester) -> None:
    write(pytester, TEST.replace("})", '}, file="mine.json")'))
    pytester.runpytest_subprocess("--bchcov-update-costs").assert_outcomes(passed=1)
    assert (pytester.path / "mine.json").exists()
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
