"""Transactions that Bitcoin Cash Node 29.0.0's own code judged: no verdict differs.

How `node_judgements.jsonl.xz` was made is told in `vectors/SOURCE.md`.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from bchcov import verify
from bchcov.vm.rules.upgrades import find_rules

FILE = Path(__file__).with_name("node_judgements.jsonl.xz")

# The names of a refusal here, by the node's. A token prefix that breaks its format does
# not decode here, and nodes come to that late: it stands for any of theirs.
NAMES = {
    "bad-tx-coinbase": {"TX_NULL_OUTPOINT"},
    "bad-txns-prevout-null": {"TX_NULL_OUTPOINT", "TX_DUPLICATE_INPUT"},
    "bad-txns-inputs-duplicate": {"TX_DUPLICATE_INPUT", "TX_NULL_OUTPOINT"},
    "bad-txns-vin-empty": {"TX_NO_INPUTS"},
    "bad-txns-vout-empty": {"TX_NO_OUTPUTS"},
    "bad-txns-vout-negative": {"TX_VALUE_RANGE"},
    "bad-txns-vout-toolarge": {"TX_VALUE_RANGE"},
    "bad-txns-txouttotal-toolarge": {"TX_VALUE_RANGE"},
    "bad-txns-inputvalues-outofrange": {"TX_VALUE_RANGE"},
    "bad-txns-inputs-missingorspent": {"TX_VALUE_RANGE"},
    "bad-txns-input-scriptpubkey-unspendable": {"TX_UNSPENDABLE_SOURCE_OUTPUT"},
    "bad-txns-in-belowout": {"TX_OUTPUTS_EXCEED_INPUTS"},
    "bad-txns-undersize": {"TX_SIZE"},
    "bad-txns-version": {"TX_VERSION"},
    "version": {"TX_VERSION"},
    "scriptsig-size": {"TX_UNLOCKING_SIZE"},
    "scriptpubkey": {"TX_NONSTANDARD_OUTPUT"},
    "dust": {"TX_DUST"},
    "oversize-op-return": {"TX_DATA_CARRIER"},
    "bad-txns-nonstandard-inputs": {"TX_NONSTANDARD_SOURCE_OUTPUT"},
    "bad-txns-token-amount-overflow": {"TOKEN_AMOUNT_RANGE"},
    "bad-txns-token-commitment-oversized": {"TOKEN_COMMITMENT_SIZE"},
    "bad-txns-token-dupe-genesis": {"TOKEN_GENESIS_SPENT"},
    "bad-txns-token-in-belowout": {"TOKEN_OUTPUTS_EXCEED_INPUTS"},
    "bad-txns-token-nft-ex-nihilo": {"TOKEN_MINTING", "TOKEN_MUTABLE", "TOKEN_IMMUTABLE"},
    "bad-txns-token-invalid-category": {
        "TOKEN_OUTPUTS_EXCEED_INPUTS",
        "TOKEN_MINTING",
        "TOKEN_MUTABLE",
        "TOKEN_IMMUTABLE",
    },
}


class Row(NamedTuple):
    tx: str
    source_outputs: str
    rules: str
    mode: str
    node: str


@cache
def rows() -> tuple[Row, ...]:
    with lzma.open(FILE, "rt", encoding="utf-8") as file:
        return tuple(Row(**json.loads(line)) for line in file)


def judged() -> Iterator[tuple[int, Row, str]]:
    for number, row in enumerate(rows(), 1):
        verdict = verify(
            bytes.fromhex(row.tx),
            bytes.fromhex(row.source_outputs),
            find_rules(row.rules, standard=row.mode == "standard"),
        )
        yield number, row, "accepted" if verdict.error is None else verdict.error.reason


def test_no_verdict_differs_from_the_nodes() -> None:
    wrong = [
        f"line {number}, {row.rules} {row.mode}: the node says {row.node}, not {ours}"
        for number, row, ours in judged()
        if (row.node == "accepted") != (ours == "accepted")
    ]
    assert not wrong, "\n".join(wrong)


def test_a_refusal_is_named_for_what_the_node_refuses_first() -> None:
    wrong = [
        f"line {number}, {row.rules} {row.mode}: the node says {row.node}, not {ours}"
        for number, row, ours in judged()
        if row.node in NAMES and not ours.endswith("_DECODE") and ours not in NAMES[row.node]
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_refusal_of_the_node_is_among_the_transactions(name: str) -> None:
    assert sum(row.node == name for row in rows()) >= 1
