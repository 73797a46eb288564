"""WalletConnect's text, as libauth writes it and reads it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bchcov import Output, Transaction, encode_outputs, encode_transaction
from bchcov.formats import SigningRequest, read_signing_request, write_signing_request
from bchcov.testing import outputs, transactions

pytestmark = pytest.mark.node

# What wallets read requests with: the specification's parser, written anew.
SCRIPT = """
import { readFileSync } from 'node:fs';
import { binToHex, decodeTransactionOutputs, decodeTransactionUnsafe, encodeTransaction,
  encodeTransactionOutputs, hexToBin, stringify } from '@bitauth/libauth';
const revive = (_, item) => {
  if (typeof item !== 'string') return item;
  const bytes = /^<Uint8Array: 0x([0-9a-f]*)>$/u.exec(item);
  if (bytes) return hexToBin(bytes[1]);
  const number = /^<bigint: ([0-9]*)n>$/u.exec(item);
  return number ? BigInt(number[1]) : item;
};
const answers = JSON.parse(readFileSync(0, 'utf8')).map(({ tx, sources, text }) => {
  const transaction = decodeTransactionUnsafe(hexToBin(tx));
  const sourceOutputs = decodeTransactionOutputs(hexToBin(sources)).map((output, index) =>
    ({ ...transaction.inputs[index], ...output }));
  const request = { transaction, sourceOutputs, broadcast: false, userPrompt: 'a "prompt"' };
  const read = JSON.parse(text, revive);
  return {
    text: stringify(request),
    tx: binToHex(encodeTransaction(read.transaction)),
    sources: binToHex(encodeTransactionOutputs(read.sourceOutputs)),
  };
});
process.stdout.write(JSON.stringify(answers));
"""


def examples() -> list[tuple[Transaction, tuple[Output, ...]]]:
    """Random transactions with what they spend, the same in each run."""
    found: list[tuple[Transaction, tuple[Output, ...]]] = []

    @settings(
        max_examples=150,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(transactions(), st.data())
    def gather(transaction: Transaction, data: st.DataObject) -> None:
        count = len(transaction.inputs)
        spent = tuple(data.draw(st.lists(outputs(), min_size=count, max_size=count)))
        found.append((transaction, spent))

    gather()
    return found


def ask(libauth: Path, questions: list[dict[str, str]]) -> list[dict[str, Any]]:
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", SCRIPT],
        cwd=libauth,
        input=json.dumps(questions),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def test_libauth_writes_the_same_text_and_reads_ours(libauth: Path) -> None:
    requests = [
        SigningRequest(transaction, spent, (), False, 'a "prompt"')
        for transaction, spent in examples()
    ]
    questions = [
        {
            "tx": encode_transaction(request.transaction).hex(),
            "sources": encode_outputs(request.source_outputs).hex(),
            "text": json.dumps(write_signing_request(request), indent=2),
        }
        for request in requests
    ]
    assert any(request.source_outputs for request in requests)
    for request, question, answer in zip(requests, questions, ask(libauth, questions), strict=True):
        assert answer["text"] == question["text"]
        assert (answer["tx"], answer["sources"]) == (question["tx"], question["sources"])
        assert read_signing_request(json.loads(answer["text"])) == request
