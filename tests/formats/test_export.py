"""Exports: what stands in the folder of vectors is what the script writes, and others read it."""

from __future__ import annotations

import json
from pathlib import Path

import export_lives
import pytest

from bchcov import BCH_2025, BCH_2026, ChainError, Output, verify
from bchcov.chain import Chain, find_transaction
from bchcov.crypto.hashes import sha256
from bchcov.formats.verify_lines import LineOptions, judge_line, verify_line
from bchcov.formats.vmb import vmb_rows
from bchcov.vectors.files import find_files, open_tests
from bchcov.vectors.outcome import Selection
from bchcov.vectors.runner import run
from bchcov.wallet import Coin, P2pkhUnlocker, PrivateKey, TransactionBuilder

KEY = PrivateKey(sha256(b"mine"))


def test_the_folder_holds_what_the_script_writes() -> None:
    found = {
        path.relative_to(export_lives.FOLDER).as_posix(): path.read_text(encoding="utf-8")
        for path in export_lives.FOLDER.rglob("*.json*")
    }
    assert found == export_lives.make_files()


def test_the_runner_judges_lives_and_attacks_and_agrees() -> None:
    judged = {True: 0, False: 0}
    for path in find_files([export_lives.FOLDER]):
        tests = open_tests(path)
        for index in range(len(tests)):
            for outcome in tests.judge(index, Selection()):
                assert outcome.agrees, outcome
                judged[outcome.expected == "accepted"] += 1
    assert judged[True] > 100
    assert judged[False] > 150


def test_the_lines_of_a_life_are_all_accepted() -> None:
    for name in ("ticketed", "direct", "epochs"):
        lines = (
            (export_lives.FOLDER / f"{name}.life.jsonl").read_text(encoding="utf-8").splitlines()
        )
        assert len(lines) > 10
        for number, line in enumerate(lines):
            assert judge_line(line, number=number, options=LineOptions())["ok"]


def test_any_transaction_of_a_chain_can_be_exported() -> None:
    chain = Chain(BCH_2025)
    coins = chain.fund(*[Output(50_000, KEY.locking_bytecode)] * 2)
    builder = TransactionBuilder().change_to(KEY.locking_bytecode)
    for coin in coins:
        builder = builder.spend(coin, P2pkhUnlocker(KEY))
    built = builder.build()
    chain.submit(built.transaction).require()
    assert find_transaction(chain, built.txid)[2] is None
    chain.mine()
    transaction, sources, height = find_transaction(chain, built.txid)
    assert (transaction, height) == (built.transaction, chain.height)
    first, second = vmb_rows(transaction, sources, "two coins")
    assert (len(first), second[-1], second[1]) == (6, 1, "two coins, input 1")
    assert vmb_rows(transaction, sources, "two coins", inputs=[1]) == [second]
    line = verify_line(transaction, sources, chain.rules.consensus)
    assert (line["id"], line["rules"], line["mode"]) == (built.txid, "BCH_2025", "consensus")
    assert judge_line(json.dumps(line), number=1, options=LineOptions())["ok"]
    assert verify(bytes.fromhex(line["tx"]), sources, BCH_2026).ok
    with pytest.raises(ChainError, match="there is no transaction 00"):
        find_transaction(chain, "00" * 32)
    with pytest.raises(ChainError, match="spends no coins"):
        find_transaction(chain, coins[0].txid)


def test_an_exported_file_runs_as_it_is_and_agrees(tmp_path: Path) -> None:
    sources = [Output(50_000, KEY.locking_bytecode)] * 2
    builder = TransactionBuilder().change_to(KEY.locking_bytecode)
    for at, source in enumerate(sources):
        builder = builder.spend(Coin(b"\x11" * 32, at, source), P2pkhUnlocker(KEY))
    transaction = builder.build().transaction
    for rules, label in ((BCH_2026, "2026_standard"), (BCH_2025.consensus, "2025_standard")):
        rows = vmb_rows(transaction, sources, "two coins", rules=rules)
        assert [row[6] for row in rows] == [[label], [label]]
        path = tmp_path / "exported.json"
        path.write_text(json.dumps(rows), encoding="utf-8")
        open_tests.cache_clear()
        report = run([path], jobs=1)
        assert (report.ok, report.tests) == (True, 2)
