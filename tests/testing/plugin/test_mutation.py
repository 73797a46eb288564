"""Mutation of contracts by a whole test run."""

from __future__ import annotations

import pytest
from support.plugin_example import write

pytest_plugins = "pytester"

TESTS = """
BOX = compile_contract("box", source=SOURCE)

def test_honest():
    assert_accepted(spend()[0])

def test_low(chain):
    assert_refused(spend(value=999)[0])
"""
AWAY = """
def test_away():
    assert_refused(spend(locking=key.locking_bytecode)[0])
"""


def test_mutants_that_no_test_notices_are_shown(pytester: pytest.Pytester) -> None:
    write(pytester, TESTS)
    done = pytester.runpytest_subprocess("--bchcov-mutate")
    done.assert_outcomes(passed=2)
    text = done.stdout.str()
    assert "OP_EQUALVERIFY: drop [stays]: survived" in text
    assert "drop [value]: survived" not in text
    write(pytester, TESTS + AWAY)
    text = pytester.runpytest_subprocess("--bchcov-mutate").stdout.str()
    assert "drop [stays]: survived" not in text
    assert "mutants killed" in text


def test_fixtures_and_other_constants_count(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        """
import pytest
LIMIT = "// @parameter int most\\n// @spend take(int amount)\\n<most> OP_LESSTHANOREQUAL // [most]"

def taken(limit, amount):
    builder = TransactionBuilder().spend(limit.coin("11" * 32, 0, 1_000), limit.unlock.take(amount))
    return builder.pay(Output(0, b"\\x6a")).build_exactly()

@pytest.fixture(params=[5, 70_000], scope="module")
def limit(request):
    return compile_contract("limit", {"most": request.param}, source=LIMIT)

def test_limit(limit):
    assert_accepted(taken(limit, 5), rules=BCH_2026.consensus)
    assert_refused(taken(limit, 70_001))
""",
    )
    done = pytester.runpytest_subprocess("--bchcov-mutate")
    done.assert_outcomes(passed=2)
    text = done.stdout.str()
    assert "OP_LESSTHANOREQUAL: true [most]: survived" not in text
    assert "killed" in text


def test_a_run_fails_where_too_few_are_killed(pytester: pytest.Pytester) -> None:
    write(pytester, TESTS)
    assert pytester.runpytest_subprocess("--bchcov-min-score", "99").ret == 1
    assert pytester.runpytest_subprocess("--bchcov-min-score", "5").ret == 0


def test_nothing_is_mutated_where_tests_fail_already(pytester: pytest.Pytester) -> None:
    write(pytester, TESTS + "\ndef test_wrong():\n    assert False\n")
    done = pytester.runpytest_subprocess("--bchcov-mutate")
    done.stdout.fnmatch_lines(["tests fail without any change, so that none was tried"])


def test_tests_that_do_not_end_are_timed_out(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        TESTS
        + """
def test_slow():
    import time
    built = spend(value=999)[0]
    while verify(built.transaction, built.source_outputs).ok:
        time.sleep(0.01)
""",
    )
    text = pytester.runpytest_subprocess(
        "--bchcov-mutate", "--bchcov-mutate-seconds", "0.2", "-k", "slow or honest"
    ).stdout.str()
    assert "OP_GREATERTHANOREQUAL: drop [value]: timed out" in text


def test_tests_of_hypothesis_are_run_too(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        """
from hypothesis import given, strategies as st
BOX = compile_contract("box", source=SOURCE)

@given(st.integers(0, 2_000))
def test_value(value):
    built = spend(value=value)[0]
    assert verify(built.transaction, built.source_outputs, scripts_only=True).ok == (value >= 1_000)
""",
    )
    done = pytester.runpytest_subprocess("--bchcov-mutate")
    done.assert_outcomes(passed=1)
    assert "drop [value]: survived" not in done.stdout.str()


def test_it_runs_in_one_process(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    write(pytester, TESTS)
    done = pytester.runpytest_subprocess("--bchcov-mutate", "-n", "2")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*--bchcov-mutate runs in one process: leave out -n*"])
