"""The whole public suite, and the nodes' files: every verdict, every name, every cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from bchcov.vectors.files import find_files, open_tests
from bchcov.vectors.labels import expectations
from bchcov.vectors.outcome import Selection
from bchcov.vectors.transactions import TransactionTests

VECTORS = Path(__file__).parent.parent.parent / "vectors"
SUITE = VECTORS / "vmb.xz"
TESTS = 29_974
PARTS = 24


@pytest.mark.parametrize("part", range(PARTS))
def test_every_label_of_the_suite_is_right_in_both_modes_of_every_year(part: int) -> None:
    tests = open_tests(SUITE)
    assert len(tests) == TESTS
    outcomes = [
        outcome
        for index in range(part, TESTS, PARTS)
        for outcome in tests.judge(index, Selection())
    ]
    assert len(outcomes) > 7_000
    assert [outcome for outcome in outcomes if not outcome.agrees] == []


def test_every_test_has_a_judge() -> None:
    tests = open_tests(SUITE)
    assert isinstance(tests, TransactionTests)
    unjudged = [case for case in tests.cases if not list(expectations(case.labels))]
    assert unjudged == []


def test_every_accepted_test_of_2025_and_2026_has_its_costs() -> None:
    tests = open_tests(SUITE)
    assert isinstance(tests, TransactionTests)
    for case in tests.cases:
        accepted = {
            (rules, mode)
            for rules, mode, ok in expectations(case.labels)
            if ok and rules in ("BCH_2025", "BCH_2026")
        }
        assert accepted == set(case.costs)


@pytest.mark.parametrize(
    ("name", "count"),
    [("script_tests", 1_759), ("tx_valid", 50), ("tx_invalid", 40), ("sighash", 1_000)],
)
def test_every_case_of_the_nodes_is_right_under_its_own_flags(name: str, count: int) -> None:
    tests = open_tests(VECTORS / "nodes" / f"{name}.json.xz")
    assert len(tests) == count
    outcomes = [tests.judge(index, Selection())[0] for index in range(count)]
    assert [outcome for outcome in outcomes if not outcome.agrees] == []


def test_the_folder_of_vectors_holds_the_suite_the_nodes_files_and_our_own() -> None:
    names = [path.name for path in find_files([VECTORS])]
    assert names == [
        "script_tests.json.xz",
        "sighash.json.xz",
        "tx_invalid.json.xz",
        "tx_valid.json.xz",
        "direct.attacks.vmb_tests.json",
        "direct.life.vmb_tests.json",
        "epochs.attacks.vmb_tests.json",
        "ticketed.attacks.vmb_tests.json",
        "epochs.life.vmb_tests.json",
        "ticketed.life.vmb_tests.json",
        "vmb.xz",
    ]
