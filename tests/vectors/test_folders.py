"""Folders with anything in them: tests are found by what they are, the rest is named, none lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_formats import SOURCES, TRANSACTION

from bchcov import VectorError
from bchcov.cli.vectors import vectors
from bchcov.vectors.files import find_files, open_tests
from bchcov.vectors.outcome import Outcome
from bchcov.vectors.recognize import first_rows, kind_of_rows
from bchcov.vectors.report import Report
from bchcov.vectors.runner import run

VMB = ["abc123", "what", "", "OP_1", TRANSACTION.hex(), SOURCES.hex()]
COIN = ["00" * 32, 1, "1", 2000]
SCRIPT = ["1", "2 3", "P2SH,STRICTENC", "OK", "a comment"]
WRONG = ["0", "", "", "OK"]
COMMENT = ["a comment"]
NO_TESTS: list[Any] = [
    ["abc123", "def456"],
    [["", ""], ["61", "2g"]],
    ["# a comment", {"Sum": "1", "A": "1", "B": "0"}],
    [["1AGNa15Z", "76a914", {"isPrivkey": False}]],
    [[""], ["x"]],
    [["Block Height,Block Hash"], [0, "00" * 32, "01" * 90, [], "00", "01", "02"]],
    [{"payloadSize": 20, "type": 0}],
    {"a": [1, 2]},
    [],
    {},
    5,
    '"text"',
    None,
]


def write(path: Path, data: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return path


def judged(folder: Path) -> Report:
    return run([folder], jobs=1)


@pytest.mark.parametrize("folder", ["bch_2026_standard", "anything"])
@pytest.mark.parametrize("data", NO_TESTS)
def test_a_file_without_tests_is_named_and_skipped_and_the_rest_is_judged(
    tmp_path: Path, folder: str, data: Any
) -> None:
    write(tmp_path / "bch_2026_standard" / "some.vmb_tests.json", [VMB])
    odd = write(tmp_path / folder / "some.odd.json", data)
    report = judged(tmp_path)
    assert (report.ok, report.tests) == (True, 1)
    assert report.skipped == [(str(odd), "it contains no tests")]
    result = CliRunner().invoke(vectors, ["run", str(tmp_path), "--jobs", "1"])
    assert result.exit_code == 0
    assert f"skipped {odd}: it contains no tests" in result.stdout


def test_files_of_other_kinds_are_named_too(tmp_path: Path) -> None:
    write(tmp_path / "vmb.json", [[*VMB, ["2026_standard"]]])
    for name in ("generate.py", "map.raw", "README"):
        write(tmp_path / name, "x")
    report = judged(tmp_path)
    assert report.skipped == [
        (str(tmp_path), "neither .json, .jsonl nor .xz: README, generate.py, map.raw")
    ]
    assert report.as_json()["skipped"][0]["path"] == str(tmp_path)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("bch_2026_standard/cut.json", "[[", "invalid JSON"),
        ("bch_2026_standard/deep.json", "[" * 100_000, "nested too deeply"),
        ("bch_2026_standard/row.json", [VMB, VMB, VMB[:5]], "test 2"),
        ("cut.vmb_tests.json", "[[", "invalid JSON"),
        ("plain.json", [VMB], "it has no labels"),
        ("script_tests.json", {}, "an array"),
        ("suite.xz", "no suite", "suite.xz"),
    ],
)
def test_a_damaged_file_of_a_folder_disagrees_and_the_rest_is_judged(
    tmp_path: Path, name: str, data: Any, message: str
) -> None:
    write(tmp_path / "vmb.json", [[*VMB, ["2026_standard"]]])
    path = write(tmp_path / name, data)
    report = judged(tmp_path)
    (wrong,) = report.disagreements
    assert (wrong.id, wrong.got, report.tests) == (path.name, "unreadable", 1)
    assert message in wrong.detail
    with pytest.raises(VectorError, match=path.name):
        run([path], jobs=1)


@pytest.mark.parametrize(
    ("name", "rows", "group"),
    [
        ("of-2019.json", [COMMENT, SCRIPT, [[0.5], *SCRIPT]], "nodes.script_tests"),
        ("copy of tx_valid (2).json", [[[COIN], TRANSACTION.hex(), "P2SH"]], "nodes.tx_valid"),
        ("invalid/a.json", [[[COIN], "00", "P2SH"]], "nodes.tx_invalid"),
        ("hashes.json", [[TRANSACTION.hex(), "51", 0, 1, "ab" * 32]], "nodes.sighash"),
        ("script_tests.json", [[True, "OP_1", "P2SH", "OK"]], "nodes.script_tests"),
        ("bch_2026_standard/odd.json", [SCRIPT, SCRIPT, 5], "nodes.script_tests"),
    ],
)
def test_files_of_nodes_are_known_by_their_rows_under_any_name(
    tmp_path: Path, name: str, rows: list[Any], group: str
) -> None:
    path = write(tmp_path / name, rows)
    assert {outcome.group for outcome in judged(tmp_path).outcomes} == {group}
    assert {outcome.group for outcome in run([path], jobs=1).outcomes} == {group}


def test_transactions_that_no_name_calls_valid_or_not_are_skipped(tmp_path: Path) -> None:
    write(tmp_path / "script_tests.json", [SCRIPT])
    write(tmp_path / "some.json", [[[COIN], TRANSACTION.hex(), "P2SH"]])
    ((_, why),) = judged(tmp_path).skipped
    assert "neither the file nor its folder is named valid or invalid" in why


def test_tests_of_years_without_rules_of_their_own_are_named(tmp_path: Path) -> None:
    write(tmp_path / "bch_2026_standard" / "a.vmb_tests.json", [VMB])
    write(tmp_path / "bch_2022_invalid" / "a.vmb_tests.json", [VMB])
    report = judged(tmp_path)
    assert report.ok
    assert "no rule set for 2022" in report.skipped[0][1]


def test_a_byte_order_mark_is_accepted_in_every_file_of_tests(tmp_path: Path) -> None:
    line = {"tx": TRANSACTION.hex(), "sourceOutputs": SOURCES.hex(), "labels": ["2026_standard"]}
    for name, data in (
        ("bch_2026_standard/a.json", json.dumps([VMB])),
        ("script_tests.json", json.dumps([SCRIPT])),
        ("other.json", json.dumps([SCRIPT])),
        ("a.jsonl", json.dumps(line)),
    ):
        path = write(tmp_path / name, "\ufeff" + data)
        assert run([path], jobs=1).ok
    assert judged(tmp_path).tests == 4


def test_a_line_separator_inside_a_text_does_not_split_a_line(tmp_path: Path) -> None:
    line = {
        "id": "a\u2028b\x85c",
        "tx": TRANSACTION.hex(),
        "sourceOutputs": SOURCES.hex(),
        "labels": ["2026_standard"],
    }
    path = write(tmp_path / "a.jsonl", json.dumps(line, ensure_ascii=False) + "\r\n")
    assert run([path], jobs=1).ok


def test_a_number_too_long_to_be_read_is_a_row_that_disagrees(tmp_path: Path) -> None:
    rows = f'[["1","","P2SH","OK"],[[{"9" * 5000}],"1","","P2SH","OK"]]'
    report = run([write(tmp_path / "script_tests.json", rows)], jobs=1)
    (wrong,) = report.disagreements
    assert "the amount inf is out of range" in wrong.detail


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.sampled_from(VMB),
        lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=20,
    ),
    name=st.sampled_from(["bch_2026_standard/a.json", "a.json", "tx_valid.json", "a.jsonl"]),
)
def test_no_file_ends_the_run_of_a_folder(tmp_path: Path, data: Any, name: str) -> None:
    write(tmp_path / "vmb.json", [[*VMB, ["2026_standard"]]])
    path = write(tmp_path / name, data)
    report = judged(tmp_path)
    path.unlink()
    assert any(outcome.id == "abc123" and outcome.agrees for outcome in report.outcomes)


def test_rows_are_read_up_to_where_a_file_is_cut_off() -> None:
    assert first_rows(json.dumps([SCRIPT, SCRIPT])[:-5]) == [SCRIPT]
    assert kind_of_rows([COMMENT]) is None
    assert list(find_files([])) == []
    assert first_rows("") == first_rows("{") == first_rows("[") == []


def test_what_is_named_and_is_no_test_is_an_error(tmp_path: Path) -> None:
    for data in NO_TESTS[:6]:
        with pytest.raises(VectorError):
            open_tests(write(tmp_path / "bch_2026_standard" / f"{len(str(data))}.json", data))


@pytest.mark.parametrize("odd", ["\ud800", "\x00", "\x1b[2K", "a\ufffeb", '<&">'])
def test_any_names_make_xml_that_can_be_read(odd: str) -> None:
    report = Report()
    report.add(Outcome(odd, odd, "BCH_2026", "standard", False, odd, odd, odd))
    assert len(ElementTree.fromstring(report.as_junit()).findall(".//failure")) == 1
