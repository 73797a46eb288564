"""Files of test vectors: read in full, or refused with the file and the place."""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bchcov import (
    Input,
    Output,
    Transaction,
    VectorError,
    encode_outputs,
    encode_transaction,
)
from bchcov.encoding.compact_size import encode_var_bytes, read_compact_size
from bchcov.vectors.files import find_files, open_tests
from bchcov.vectors.labels import expectations, labels_of_path
from bchcov.vectors.nodes import NodeTests, assemble_node_script
from bchcov.vectors.outcome import Outcome, Selection
from bchcov.vectors.suite import MAGIC, Case, Costs, Judge, load_suite, pack_suite
from bchcov.vectors.transactions import TransactionTests

TRANSACTION = encode_transaction(
    Transaction((Input(bytes(32), 1),), (Output(1000, b"\x51"), Output(0, b"\x6a\x04data")))
)
SOURCES = encode_outputs([Output(2000, b"\x51")])
JUDGE = Judge("BCH_2026", "standard")
CASE = Case(
    "abc123",
    "group.one",
    0,
    ("2026_standard",),
    TRANSACTION,
    SOURCES,
    {JUDGE: Costs(101, 0, 0, 1)},
)


def judge(case: Case, selection: Selection | None = None) -> list[Outcome]:
    return TransactionTests([case]).judge(0, selection or Selection())


def test_a_packed_suite_reads_back_the_same(tmp_path: Path) -> None:
    cases = [CASE, replace(CASE, id="x", group="two", input=300, costs={}, labels=())]
    path = tmp_path / "suite.xz"
    path.write_bytes(pack_suite(cases))
    assert load_suite(path) == cases


@pytest.mark.parametrize("at", range(0, 240, 7))
def test_a_damaged_suite_is_an_error_that_names_the_file(tmp_path: Path, at: int) -> None:
    path = tmp_path / "suite.xz"
    data = bytearray(pack_suite([CASE]))
    data[at * len(data) // 240] ^= 0x55
    path.write_bytes(data)
    with pytest.raises(VectorError, match=r"suite\.xz"):
        load_suite(path)


def test_a_suite_damaged_inside_its_compression_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "suite.xz"
    whole = lzma.decompress(pack_suite([CASE]))
    for at in range(len(whole)):
        path.write_bytes(lzma.compress(whole[:at]))
        with pytest.raises(VectorError, match=r"suite\.xz"):
            load_suite(path)


def test_bytes_behind_a_suite_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "suite.xz"
    whole = pack_suite([CASE])
    for behind in (b"more", whole):
        path.write_bytes(whole + behind)
        with pytest.raises(VectorError, match="unexpected bytes at the end"):
            load_suite(path)


@pytest.mark.parametrize(
    ("column", "change", "message"),
    [
        (7, lambda masks: bytes((masks[0] | 0x80,)), "judge 7 is out of range: the table has 1 "),
        (8, lambda costs: costs + b"\x01", "more costs than"),
        (8, lambda costs: costs[:-1], "not a packed suite, or damaged"),
    ],
)
def test_columns_that_do_not_fit_together_are_an_error(
    tmp_path: Path, column: int, change: Callable[[bytes], bytes], message: str
) -> None:
    whole, at = lzma.decompress(pack_suite([CASE])), len(MAGIC)
    columns = []
    while at < len(whole):
        size, at = read_compact_size(whole, at)
        columns.append(whole[at : at + size])
        at += size
    columns[column] = change(columns[column])
    path = tmp_path / "suite.xz"
    path.write_bytes(lzma.compress(MAGIC + b"".join(map(encode_var_bytes, columns))))
    with pytest.raises(VectorError, match=message):
        load_suite(path)


def test_an_accepted_test_agrees_in_each_mode_of_its_label() -> None:
    outcomes = judge(CASE)
    assert [(outcome.mode, outcome.agrees) for outcome in outcomes] == [
        ("standard", True),
        ("consensus", True),
    ]


def test_a_wrong_verdict_is_reported() -> None:
    outcome = judge(replace(CASE, labels=("2026_invalid",)))[0]
    assert (outcome.agrees, outcome.expected, outcome.got) == (False, "refused", "accepted")
    refused = replace(CASE, source_outputs=encode_outputs([Output(2000, b"\x00")]))
    outcome = judge(refused)[0]
    assert (outcome.agrees, outcome.got) == (False, "refused: EVAL_FALSE")


@pytest.mark.parametrize(
    "field", ["op_cost", "hash_iterations", "signature_checks", "instructions"]
)
def test_a_wrong_cost_is_reported(field: str) -> None:
    right = CASE.costs[JUDGE]
    wrong = right._replace(**{field: getattr(right, field) + 1})
    outcome = judge(replace(CASE, costs={JUDGE: wrong}))[0]
    assert (outcome.agrees, outcome.detail) == (False, "the costs differ")


def test_what_a_function_body_was_charged_is_taken_off_and_nothing_else() -> None:
    # Defines a function of 3 bytes and calls it: libauth charges 3 less than nodes.
    locking = bytes.fromhex("03515151008900" + "8a" + "7575")
    case = replace(CASE, source_outputs=encode_outputs([Output(2000, locking)]))
    nodes_cost = 10 * 100 + 3 + 3 + 3
    for short, agrees in ((3, True), (2, False), (0, False)):
        costs = {JUDGE: Costs(nodes_cost - short, 0, 0, 10)}
        outcome = judge(replace(case, costs=costs))[0]
        assert outcome.agrees is agrees, outcome


def test_a_selection_leaves_the_rest_out() -> None:
    labelled = replace(CASE, labels=("2026_standard", "2025_invalid", "chip_loops_standard"))
    assert len(judge(labelled)) == 4
    only = Selection(frozenset({"BCH_2025"}), frozenset({"consensus"}))
    assert [(o.rules, o.mode) for o in judge(labelled, only)] == [("BCH_2025", "consensus")]


@pytest.mark.parametrize("name", ["loops", "functions", "bitwise", "p2s"])
def test_a_proposal_that_became_the_rules_of_2026_is_judged_by_them_once(name: str) -> None:
    expected = [("BCH_2026", "standard", False), ("BCH_2026", "consensus", True)]
    assert list(expectations([f"chip_{name}_nonstandard", "2026_nonstandard"])) == expected
    path = Path(f"bch_chip_{name}_nonstandard/core.x.vmb_tests.json")
    assert list(expectations(labels_of_path(path))) == expected


def test_labels_say_rules_and_modes() -> None:
    assert list(expectations(["2025_nonstandard", "chip_limits_invalid", "other"])) == [
        ("BCH_2025", "standard", False),
        ("BCH_2025", "consensus", True),
    ]
    assert next(expectations(["chip_cashtokens_standard"])) == ("BCH_2023", "standard", True)
    assert list(expectations(["chip_eval_invalid"])) == [
        ("BCH_SPEC", "standard", False),
        ("BCH_SPEC", "consensus", False),
    ]


@pytest.mark.parametrize(
    ("path", "labels"),
    [
        ("bch_2026_standard/core.nop.vmb_tests.json", ("2026_standard",)),
        ("x/bch_2023_nonstandard/a/b.json", ("2023_nonstandard",)),
        ("bch_2026_standard/core.bch_2025_invalid.json", ("2025_invalid",)),
        ("bch_2026_05_invalid/a.json", ("2026_invalid",)),
        ("bch_spec_standard/a.json", ("spec_standard",)),
        ("bch_chip_cashtokens_standard/a.json", ("chip_cashtokens_standard",)),
        ("CHIPs/bch_vmb_tests_before_chip_cashtokens_invalid.json", ()),
        ("plain/a.json", ()),
    ],
)
def test_names_of_files_and_folders_say_labels(path: str, labels: tuple[str, ...]) -> None:
    assert labels_of_path(Path(path)) == labels


VMB = ["abc", "title", "<1>", "<1>", TRANSACTION.hex(), SOURCES.hex()]


def write(folder: Path, name: str, data: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return path


def test_a_vmb_file_is_judged_by_its_folder(tmp_path: Path) -> None:
    path = write(tmp_path, "bch_2026_standard/core.vmb_tests.json", [VMB, [*VMB, 0]])
    tests = open_tests(path)
    assert len(tests) == 2
    assert all(o.agrees and o.group == "core" for o in tests.judge(1, Selection()))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([VMB, VMB[:5]], "test 1: row of 5 fields, expected at least 6"),
        ([[*VMB[:4], "zz", ""]], "test 0: the transaction: 'z' is not a hexadecimal digit"),
        ([[*VMB[:4], 5, ""]], "test 0: the transaction is not a string"),
        ([[*VMB, -1]], "test 0: input index -1 is invalid"),
        ([[*VMB[:5], "00 "]], "test 0: the source outputs: ' ' is not a hexadecimal digit"),
        ([[True, "OP_1", "P2SH", "OK"]], "test 0: row of 4 fields, expected at least 6"),
        ([5], "test 0: the row is not an array"),
        ({}, "expected an array of tests"),
        ("[", "invalid JSON"),
        ("[" * 100_000, "invalid JSON: nested too deeply"),
    ],
)
def test_a_bad_vmb_file_is_an_error_that_names_the_place(
    tmp_path: Path, data: object, message: str
) -> None:
    path = write(tmp_path, "bch_2026_standard/bad.json", data)
    with pytest.raises(VectorError, match=message) as caught:
        open_tests(path)
    assert "bad.json" in str(caught.value)


def test_a_vmb_file_may_carry_labels_of_its_own(tmp_path: Path) -> None:
    labelled = [[*VMB, ["2026_standard"]], [*VMB, ["2025_nonstandard"], 0]]
    tests = open_tests(write(tmp_path, "vmb_tests.json", labelled))
    assert [len(tests.judge(index, Selection())) for index in (0, 1)] == [2, 2]
    assert all(outcome.agrees for index in (0, 1) for outcome in tests.judge(index, Selection()))


@pytest.mark.parametrize(
    "labels", [(), ("2022_standard",), ("chip_limits_standard",), ("2027_invalid",)]
)
def test_a_test_that_nobody_can_judge_is_reported(labels: tuple[str, ...]) -> None:
    (outcome,) = judge(replace(CASE, labels=labels))
    assert (outcome.agrees, outcome.detail) == (False, "not judged")


def test_a_vmb_file_without_year_and_mode_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(VectorError, match="test 0: it has no labels"):
        open_tests(write(tmp_path, "plain.json", [VMB]))


def test_folders_are_searched_and_sidecars_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "bch_2026_standard"
    write(folder, "a.vmb_tests.json", [VMB])
    write(folder, "a.vmb_tests_results.json", {})
    write(folder, "a_limits.json", {})
    write(folder, "readme.txt", "")
    write(tmp_path, "package.json", {})
    write(tmp_path, "lines.jsonl", json.dumps({"labels": []}))
    write(tmp_path, "other.jsonl", json.dumps({"tx": ""}))
    write(tmp_path, "vmb_tests.json", [[*VMB, ["2026_standard"]]])
    names = [path.name for path in find_files([tmp_path])]
    assert names == ["a.vmb_tests.json", "lines.jsonl", "vmb_tests.json"]


def test_compressed_files_of_other_kinds_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "suite.xz").write_bytes(pack_suite([CASE]))
    (tmp_path / "metrics.tsv.xz").write_bytes(lzma.compress(b"id\trules\n"))
    (tmp_path / "other.suite.xz").write_bytes(pack_suite([CASE]))
    assert [path.name for path in find_files([tmp_path])] == ["other.suite.xz", "suite.xz"]


def test_a_damaged_suite_in_a_folder_is_not_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "suite.xz"
    path.write_bytes(lzma.compress(b"x" + lzma.decompress(pack_suite([CASE]))))
    with pytest.raises(VectorError, match="must begin with"):
        [open_tests(found) for found in find_files([tmp_path])]


def test_lines_with_their_labels_behind_a_long_transaction_are_found(tmp_path: Path) -> None:
    write(tmp_path, "long.jsonl", json.dumps({"tx": "00" * 100_000, "labels": []}))
    assert [path.name for path in find_files([tmp_path])] == ["long.jsonl"]


def test_paths_without_tests_are_errors(tmp_path: Path) -> None:
    for path, message in (
        (tmp_path / "missing", "no such file"),
        (tmp_path, "the folder contains no test vectors"),
        (write(tmp_path, "a.txt", ""), "unknown kind of file: expected .json"),
        (write(tmp_path, "a_results.json", "{}"), "unknown kind of file: expected .json"),
    ):
        with pytest.raises(VectorError, match=message):
            list(find_files([path]))


def test_lines_carry_their_labels(tmp_path: Path) -> None:
    line = {
        "id": "a",
        "file": "group",
        "tx": TRANSACTION.hex(),
        "sourceOutputs": SOURCES.hex(),
        "input": 0,
        "labels": ["2026_standard"],
    }
    text = json.dumps(line) + "\n\n" + json.dumps(line) + "\n"
    for name in ("a.jsonl", "a.jsonl.xz"):
        path = tmp_path / name
        path.write_bytes(lzma.compress(text.encode()) if name.endswith("xz") else text.encode())
        tests = open_tests(path)
        assert len(tests) == 2
        assert all(outcome.agrees for outcome in tests.judge(1, Selection()))


@pytest.mark.parametrize("line", ["[]", "{", '{"labels": 5}', '{"labels": [], "tx": "0"}', "5"])
def test_a_bad_line_is_an_error_that_names_it(tmp_path: Path, line: str) -> None:
    with pytest.raises(VectorError, match="line 2"):
        open_tests(write(tmp_path, "bad.jsonl", "\n" + line))


def test_the_notation_of_the_nodes() -> None:
    source = "-1 0 1 16 17 1000 0x4c01 'ab' DUP OP_DUP NOP2"
    assert (
        assemble_node_script(source).hex()
        == "4f0051600111" + "02e803" + "4c01" + "026162" + "7676b1"
    )
    with pytest.raises(ValueError, match="unknown opcode 'FOO'"):
        assemble_node_script("FOO")


def nodes(kind: str, row: object) -> Outcome:
    return NodeTests(Path("x.json"), kind, [["a comment"], row]).judge(0, Selection())[0]


def test_a_case_of_the_nodes_is_judged_by_verdict_and_name() -> None:
    assert nodes("script_tests", ["1", "", "P2SH", "OK", "x"]).agrees
    assert nodes("script_tests", ["0", "", "P2SH", "EVAL_FALSE"]).agrees
    wrong = nodes("script_tests", ["0", "", "P2SH", "OP_RETURN"])
    assert (wrong.agrees, wrong.got) == (False, "EVAL_FALSE")
    assert nodes("script_tests", [[0.5], "1", "", "", "OK"]).agrees


@pytest.mark.parametrize(
    "row",
    [
        [],
        5,
        ["FOO", "", "", "OK"],
        ["0x5", "", "", "OK"],
        ["1", "", "NO_SUCH_FLAG", "OK"],
        [["x"], "1", "", "", "OK"],
    ],
)
def test_a_case_that_cannot_be_read_disagrees_and_says_which(row: object) -> None:
    outcome = nodes("script_tests", row)
    assert not outcome.agrees
    assert "test 1 cannot be read" in outcome.detail


def test_the_newer_sighash_file_has_both_digests() -> None:
    row = [TRANSACTION.hex(), "51", 0, 0x41]
    digests = nodes("sighash", [*row, "", ""]).got.split()
    assert digests[0] != digests[1]
    assert nodes("sighash", [*row, *digests]).agrees
    assert not nodes("sighash", [*row, *reversed(digests)]).agrees
