"""Taking a require out of what cashc has compiled changes nothing else about a contract."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from test_against_cashscript import SOURCES, Spend, ask, make_spend

from bchcov import Contract, TransactionBuilder, verify
from bchcov.contract import artifact_contract, find_refusal
from bchcov.formats.artifact import Artifact, read_artifact

pytestmark = pytest.mark.node

SPENDS = 60


def refused_by(contract: Contract, original: Contract, spend: Spend) -> str | None:
    """Spend a coin of the contract as if it were the original; the check that refuses, if any."""
    coin = replace(
        spend.coin,
        output=replace(spend.coin.output, locking_bytecode=contract.locking_bytecode),
    )
    outputs = [
        replace(each, locking_bytecode=contract.locking_bytecode)
        if each.locking_bytecode == original.locking_bytecode
        else each
        for each in spend.outputs
    ]
    unlocker = contract.unlock[spend.path](*spend.arguments)
    builder = TransactionBuilder(locktime=spend.locktime)
    built = builder.spend(coin, unlocker, sequence=spend.sequence).pay(*outputs).build_exactly()
    result = verify(built.transaction, built.source_outputs).inputs[0]
    if result.ok:
        return None
    place = find_refusal(result, contract).place
    return "" if place is None or place.check is None else place.check.name


def names(contract: Contract) -> set[tuple[str, int]]:
    return {(each.name, each.line) for each in contract.checks}


def try_out(random: Random, name: str, artifact: Artifact) -> tuple[set[str], set[str]]:
    """Spend a contract as it is and without each check; say which refused, and which no more."""
    refused, passed = set(), set()
    for _ in range(SPENDS):
        spend = make_spend(random, name, artifact)
        contract = artifact_contract(artifact, spend.constructor, locking=spend.locking)
        before = refused_by(contract, contract, spend)
        for check in contract.checks:
            weaker = contract.without(check.name)
            assert names(weaker) == names(contract) - {(check.name, check.line)}
            after = refused_by(weaker, contract, spend)
            assert after != check.name
            if before != check.name:
                assert after == before, f"{spend} without {check}"
                continue
            refused.add(before)
            if after is None:
                passed.add(check.name)
    return refused, passed


def test_taking_a_require_out_changes_nothing_else(cashscript: Path) -> None:
    (compiled,) = ask(cashscript, SOURCES, [])
    random = Random(7)
    refused: set[str] = set()
    passed: set[str] = set()
    for name, each in compiled.items():
        some_refused, some_passed = try_out(random, name, read_artifact(each))
        refused |= some_refused
        passed |= some_passed
    # By chance nearly every require refuses a spend, and most of them one that nothing else does.
    assert len(refused) >= 20, refused
    assert len(passed) >= 15, passed
