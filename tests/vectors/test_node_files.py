"""Files of nodes, of any time and with anything in them: every row is judged, none raises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bchcov import Input, Output, Transaction, encode_transaction
from bchcov.vectors.nodes import NODE_KINDS, NodeTests
from bchcov.vectors.outcome import Outcome, Selection

TRANSACTION = encode_transaction(Transaction((Input(b"\x11" * 32, 0),), (Output(1000, b"\x51"),)))
WITNESSED = (
    "010000000001" + "01" + "11" * 32 + "0000000000ffffffff01e803000000000000015101015100000000"
)
COIN = ["11" * 32, 0, "1", 2000]
ROWS: dict[str, list[Any]] = {
    "script_tests": [[0.5], "1", "2 3", "P2SH,STRICTENC", "OK", "a comment"],
    "tx_valid": [[COIN], TRANSACTION.hex(), "P2SH"],
    "tx_invalid": [[COIN], TRANSACTION.hex(), "P2SH"],
    "sighash": [TRANSACTION.hex(), "51", 0, 1, "ab" * 32],
}
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from([10**4000, -(2**31), 2**63, "0x5", "P2SH", "SCHNORR", "1" * 5000, "\ud800"])
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


def judge(kind: str, *rows: Any) -> list[Outcome]:
    tests = NodeTests(Path("x.json"), kind, list(rows))
    return [tests.judge(index, Selection())[0] for index in range(len(tests))]


@pytest.mark.parametrize("kind", NODE_KINDS)
@given(row=ODD)
def test_any_json_as_a_row_is_a_comment_or_a_case_that_is_judged(kind: str, row: Any) -> None:
    judge(kind, row)


@pytest.mark.parametrize("kind", NODE_KINDS)
@given(data=st.data())
def test_a_row_with_any_field_of_any_type_is_judged_and_told_by_its_number(
    kind: str, data: st.DataObject
) -> None:
    row = list(ROWS[kind])
    for _ in range(data.draw(st.integers(1, 2))):
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(ODD)
    if isinstance(row[0], list) and row[0] == [COIN] and data.draw(st.booleans()):
        coin = list(COIN)
        coin[data.draw(st.integers(0, 3))] = data.draw(ODD)
        row[0] = [coin]
    (outcome,) = judge(kind, row)
    assert outcome.id == "0"
    assert all(isinstance(part, str) for part in (outcome.expected, outcome.got, outcome.detail))


@pytest.mark.parametrize(
    ("kind", "at", "odd", "message"),
    [
        ("script_tests", 1, True, "the unlocking script must be a string, not a boolean"),
        ("script_tests", 2, ["1"], "the locking script must be a string, not an array"),
        ("script_tests", 3, None, "the flags must be a string, not null"),
        ("script_tests", 4, {}, "the expected result must be a string, not an object"),
        ("script_tests", 0, ["1"], "the amount must be a number, not a string"),
        (
            "script_tests",
            0,
            [float("inf")],
            "the amount inf is out of range: expected 0 to 92",
        ),
        ("script_tests", 1, "1" * 5000, "number of 5000 digits, limit"),
        ("tx_valid", 0, {}, "the row must be an array, not an object"),
        ("tx_valid", 0, [["zz", 0, ""]], "a coin's txid must be hexadecimal"),
        (
            "tx_valid",
            0,
            [["11" * 32, 2**32, ""]],
            "index 4294967296 is out of range: expected -1 to",
        ),
        ("tx_valid", 0, [["11" * 32, 1, ""]], "the test has no coin for input 0"),
        ("tx_invalid", 1, 5, "the transaction must be a string, not a number"),
        ("tx_invalid", 1, "zz", "the transaction must be hexadecimal"),
        ("sighash", 2, 1, "the input's index 1 is out of range: expected 0 to 0"),
        ("sighash", 2, -1, "the input's index -1 is out of range: expected 0 to 0"),
        ("sighash", 3, True, "the hash type must be an integer, not a boolean"),
        ("sighash", 4, 7, "a digest must be a string, not a number"),
    ],
)
def test_a_field_of_an_unexpected_type_is_named_and_its_row_disagrees(
    kind: str, at: int, odd: Any, message: str
) -> None:
    row = list(ROWS[kind])
    row[at] = odd
    (outcome,) = judge(kind, row)
    assert (outcome.agrees, outcome.got) == (False, "unreadable")
    assert outcome.detail.startswith("test 0 cannot be read: ")
    assert message in outcome.detail


@pytest.mark.parametrize("data", [WITNESSED, "", "00", TRANSACTION.hex() + "00"])
def test_a_transaction_that_does_not_decode_is_refused_as_every_other(data: str) -> None:
    (refused,) = judge("tx_invalid", [[COIN], data, "P2SH"])
    assert (refused.agrees, refused.got) == (True, "refused")
    (valid,) = judge("tx_valid", [[COIN], data, "P2SH"])
    assert (valid.agrees, valid.got) == (False, "refused")


def test_a_flag_that_a_file_names_is_off_in_the_rows_that_do_not_name_it() -> None:
    check = "0 0 0 CHECKDATASIG NOT"
    rows = [
        ["", check, "P2SH", "BAD_OPCODE"],
        ["", check, "P2SH,CHECKDATASIG", "OK"],
        ["1", "IF 0xbc ELSE 1 ENDIF", "P2SH", "BAD_OPCODE"],
    ]
    assert all(outcome.agrees for outcome in judge("script_tests", *rows))
    assert [outcome.got for outcome in judge("script_tests", rows[0])] == ["OK"]


def test_an_opcode_of_a_later_time_is_called_disabled_by_one_node() -> None:
    rows = [["", "INPUTINDEX", "P2SH", "DISABLED_OPCODE"], ["", "VERIF", "", "DISABLED_OPCODE"]]
    assert [outcome.agrees for outcome in judge("script_tests", *rows)] == [True, False]


def test_p2sh_covers_32_bytes_too_where_the_node_has_no_flag_for_it() -> None:
    code = "HASH256 0x20 0x5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456 EQUAL"
    row = ["''", code, "P2SH,STRICTENC", "EVAL_FALSE"]
    spelt_so = ["1", "", "P2SH,ALLOWSEGWITRECOVERY", "OK"]
    assert [outcome.agrees for outcome in judge("script_tests", row, spelt_so)] == [True, True]
    assert [outcome.agrees for outcome in judge("script_tests", row)] == [False]
