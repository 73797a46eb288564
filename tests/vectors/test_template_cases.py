"""Wallet templates as tests: each script in each of its scenarios, under what it supports."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import export_templates
import pytest
from click.testing import CliRunner
from support.wallet_templates import EVERYTHING

from bchcov import VectorError
from bchcov.cli.vectors import vectors
from bchcov.vectors import Outcome, Report, Selection, TemplateTests, find_files, open_tests, run

SLOT = {"lockingBytecode": ["slot"], "valueSatoshis": 2000}
SUM: dict[str, Any] = {
    "name": "A sum",
    "entities": {"anybody": {"variables": {"sum": {"type": "WalletData"}}}},
    "scripts": {
        "lock": {"lockingType": "p2sh32", "script": "OP_ADD <sum> OP_NUMEQUAL"},
        "right": {"unlocks": "lock", "script": "<2> <3>", "passes": ["five"], "fails": ["six"]},
        "broken": {"unlocks": "lock", "script": "<2> <three>", "invalid": ["five"]},
        "tested": {
            "script": "<5> OP_SWAP",
            "tests": {"swapped": {"setup": "<4>", "check": "OP_4 OP_EQUALVERIFY OP_5 OP_EQUAL"}},
        },
    },
    "scenarios": {
        "five": {"data": {"bytecode": {"sum": "5"}}, "sourceOutputs": [SLOT]},
        "six": {"extends": "five", "data": {"bytecode": {"sum": "6"}}},
    },
    "supported": ["BCH_2023_05", "BCH_2026_05"],
    "version": 0,
}


def write(path: Path, data: object) -> Path:
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return path


def outcomes(path: Path, data: object, selection: Selection | None = None) -> list[Outcome]:
    open_tests.cache_clear()
    tests = open_tests(write(path, data))
    chosen = selection or Selection()
    return [each for at in range(len(tests)) for each in tests.judge(at, chosen)]


def changed(*changes: tuple[tuple[str, ...], object]) -> dict[str, Any]:
    data = deepcopy(SUM)
    for place, value in changes:
        inner: Any = data
        for name in place[:-1]:
            inner = inner[name]
        inner[place[-1]] = value
    return data


def test_each_case_is_judged_under_the_rules_that_are_supported(tmp_path: Path) -> None:
    found = outcomes(tmp_path / "sum.json", SUM)
    assert all(each.agrees and each.group == "A sum" for each in found)
    assert [(each.id, each.rules, each.mode, each.expected, each.got) for each in found] == [
        ("lock", "-", "compile", "compiled with more data", "not compiled"),
        ("right in five", "BCH_2023", "standard", "accepted", "accepted"),
        ("right in five", "BCH_2026", "standard", "accepted", "accepted"),
        ("right in five", "BCH_2023", "consensus", "accepted", "accepted"),
        ("right in five", "BCH_2026", "consensus", "accepted", "accepted"),
        ("right in six", "BCH_2023", "standard", "refused", "refused: EVAL_FALSE"),
        ("right in six", "BCH_2026", "standard", "refused", "refused: EVAL_FALSE"),
        ("broken in five", "-", "compile", "not compiled", "not compiled"),
        ("tested.swapped.unlock", "BCH_2023", "standard", "accepted", "accepted"),
        ("tested.swapped.unlock", "BCH_2026", "standard", "accepted", "accepted"),
        ("tested.swapped.unlock", "BCH_2023", "consensus", "accepted", "accepted"),
        ("tested.swapped.unlock", "BCH_2026", "consensus", "accepted", "accepted"),
    ]


def test_only_the_judgements_asked_for_are_made(tmp_path: Path) -> None:
    selection = Selection(frozenset(("BCH_2023",)), frozenset(("consensus",)))
    found = outcomes(tmp_path / "sum.json", SUM, selection)
    assert [(each.id, each.mode) for each in found if each.mode != "compile"] == [
        ("right in five", "consensus"),
        ("tested.swapped.unlock", "consensus"),
    ]


@pytest.mark.parametrize(
    ("change", "name", "expected", "got", "detail"),
    [
        (
            (("scripts", "right", "script"), "<2> <2>"),
            "right in five",
            "accepted",
            "refused: EVAL_FALSE",
            "input 0",
        ),
        (
            (("scenarios", "six", "data", "bytecode", "sum"), "5"),
            "right in six",
            "refused",
            "accepted",
            "accepted",
        ),
        (
            (("scripts", "broken", "script"), "<2> <3>"),
            "broken in five",
            "not compiled",
            "compiled",
            "",
        ),
        (
            (("scripts", "right", "script"), "<2>\n  three"),
            "right in five",
            "accepted",
            "not compiled",
            "script 'right', line 2, column 3: unknown name 'three'",
        ),
        (
            (("scripts", "right", "passes"), ["seven"]),
            "right in seven",
            "accepted",
            "not compiled",
            "no scenario is called 'seven'",
        ),
        (
            (("scenarios", "five", "extends"), "six"),
            "right in five",
            "accepted",
            "not compiled",
            "the scenario 'five' extends itself: five -> six -> five",
        ),
        (
            (("scripts", "plain"), {"script": "<2> <three>"}),
            "plain",
            "compiled",
            "not compiled",
            "script 'plain', line 1, column 6: unknown name 'three'",
        ),
        (
            (("supported",), ["BTC_SPEC"]),
            "right in five",
            "known rules",
            "BTC_SPEC",
            "not judged",
        ),
    ],
)
def test_what_is_not_as_the_template_says_disagrees(
    tmp_path: Path, change: Any, name: str, expected: str, got: str, detail: str
) -> None:
    found = [each for each in outcomes(tmp_path / "sum.json", changed(change)) if not each.agrees]
    first = next(each for each in found if each.id == name)
    assert (first.expected, first.got) == (expected, got)
    assert detail in first.detail


def test_templates_are_found_in_folders_by_what_they_are(tmp_path: Path) -> None:
    write(tmp_path / "any name.json", SUM)
    write(tmp_path / "package.json", {"scripts": {"test": "jest"}, "name": "x"})
    write(tmp_path / "wallet-template.json", '{"entities": {')
    assert [path.name for path in find_files([tmp_path])] == [
        "any name.json",
        "wallet-template.json",
    ]
    report = run([tmp_path], jobs=1)
    assert [name.rpartition("/")[2] for name, _ in report.skipped] == ["package.json"]
    (damaged,) = report.disagreements
    assert (damaged.id, damaged.got) == ("wallet-template.json", "unreadable")


def test_a_template_that_is_none_is_an_error_with_the_place(tmp_path: Path) -> None:
    path = write(tmp_path / "sum.json", changed((("scripts", "lock", "script"), 5)))
    open_tests.cache_clear()
    with pytest.raises(
        VectorError, match=r'sum\.json: not a wallet template: "scripts\.lock\.script" is'
    ):
        open_tests(path)


def test_the_command_judges_a_template_and_names_line_and_column(tmp_path: Path) -> None:
    path = write(tmp_path / "sum.json", SUM)
    done = CliRunner().invoke(vectors, ["run", str(path), "--jobs", "1"])
    assert done.exit_code == 0, done.output
    assert "5 tests, 12 judgements, 0 disagree" in done.output
    write(path, changed((("scripts", "right", "script"), "<2>\n  three")))
    open_tests.cache_clear()
    done = CliRunner().invoke(vectors, ["run", str(path), "--jobs", "1"])
    assert done.exit_code == 1
    assert "right in five under - (compile): expected accepted, got not compiled" in done.output
    assert "script 'right', line 2, column 3: unknown name 'three'" in done.output


def test_the_templates_of_the_contracts_agree() -> None:
    report: Report = run([*export_templates.templates()], jobs=1)
    assert report.ok
    assert report.tests > 50


@pytest.mark.parametrize("name", EVERYTHING)
def test_every_case_of_any_template_has_an_outcome(tmp_path: Path, name: str) -> None:
    open_tests.cache_clear()
    tests = open_tests(write(tmp_path / "template.json", EVERYTHING[name]))
    assert isinstance(tests, TemplateTests)
    for index in range(len(tests)):
        assert tests.judge(index, Selection())
