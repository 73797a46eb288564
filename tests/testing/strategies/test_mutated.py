"""Mutants of a transaction: drawn in every kind, judged, and made small in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, find, given, settings, target
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.errors import NoSuchExample

from bchcov import (
    BuiltTransaction,
    Capability,
    ContractError,
    Nft,
    PrivateKey,
    Token,
    TransactionBuilder,
    compile_contract,
    verify,
)
from bchcov.script.numbers import encode_number
from bchcov.testing import Party, aim_deep, transaction_mutants
from bchcov.testing.fuzzing.mutants import TransactionMutant

OWNER = PrivateKey(bytes(31) + b"\x01")
WHOLE = """\
// @parameter pubkey owner
// @spend move(sig signature)
<owner> OP_CHECKSIGVERIFY
OP_INPUTINDEX OP_OUTPUTVALUE <1000> OP_ADD OP_INPUTINDEX OP_UTXOVALUE
OP_GREATERTHANOREQUAL OP_VERIFY
OP_INPUTINDEX OP_OUTPUTBYTECODE OP_INPUTINDEX OP_UTXOBYTECODE OP_EQUAL
"""
# Nobody need sign.
LEAKING = WHOLE.replace("<owner> OP_CHECKSIGVERIFY", "OP_DROP").replace(
    "OP_INPUTINDEX OP_OUTPUTBYTECODE OP_INPUTINDEX OP_UTXOBYTECODE OP_EQUAL", "OP_1"
)
PARTIES = [Party("owner", (OWNER,))]
QUICK = settings(
    max_examples=2_000,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=True,
)
SMALL = settings(QUICK, phases=[Phase.generate, Phase.shrink])


def moved(source: str) -> BuiltTransaction:
    contract = compile_contract("vault", {"owner": OWNER}, source=source)
    coin = contract.coin("11" * 32, 0, 100_000)
    builder = TransactionBuilder().spend(coin, contract.unlock.move(OWNER))
    return builder.pay(contract.output(99_000)).build()


def attack(mutant: TransactionMutant) -> bool:
    return mutant.finding is not None and mutant.finding.is_attack


@given(transaction_mutants(moved(WHOLE), PARTIES))
@settings(max_examples=150)
def test_no_mutant_of_a_whole_contract_is_an_attack(mutant: TransactionMutant) -> None:
    assert not attack(mutant)
    assert mutant.verdict == verify(mutant.transaction, mutant.source_outputs)
    assert mutant.changes


def test_an_attack_is_found_and_made_small() -> None:
    found = find(transaction_mutants(moved(LEAKING), PARTIES), attack, settings=SMALL)
    assert found.changes == ("output 0 goes to the attacker",)
    assert repr(found) == "<output 0 goes to the attacker>"
    assert found.finding is not None
    assert found.finding.replays()
    assert found.finding.attacker == "a stranger"


def test_a_partys_mutants_are_signed_by_them() -> None:
    def signed(mutant: TransactionMutant) -> bool:
        return mutant.verdict.ok and mutant.transaction.locktime == 1

    by_owner = transaction_mutants(moved(WHOLE), PARTIES, attacker="owner")
    assert find(by_owner, signed, settings=QUICK)
    by_stranger = transaction_mutants(moved(WHOLE), PARTIES)
    refused = find(by_stranger, lambda mutant: mutant.transaction.locktime == 1, settings=QUICK)
    assert not refused.verdict.ok


def test_properties_are_asked_of_what_is_accepted() -> None:
    def no_locktime(transaction: object, _source_outputs: object) -> str | None:
        return "it has a locktime" if transaction.locktime else None  # type: ignore[attr-defined]

    mutants = transaction_mutants(
        moved(WHOLE), PARTIES, attacker="owner", properties=[no_locktime], most_changes=1
    )
    found = find(mutants, attack, settings=SMALL)
    assert found.finding is not None
    assert (found.finding.kind, found.finding.sentence) == ("property", "it has a locktime")


def test_an_attacker_must_be_a_party_with_keys() -> None:
    expected = "'thief' is no party with keys: expected one of 'a stranger', 'owner'"
    with pytest.raises(ContractError, match=expected):
        transaction_mutants(moved(WHOLE), [*PARTIES, Party("other")], attacker="thief")


def test_several_changes_come_together() -> None:
    mutants = transaction_mutants(moved(WHOLE), PARTIES, most_changes=3)
    assert len(find(mutants, lambda mutant: len(mutant.changes) == 3, settings=QUICK).changes) == 3


def test_a_failure_is_kept_in_the_database_and_tried_first(tmp_path: Path) -> None:
    database = DirectoryBasedExampleDatabase(tmp_path)
    tried: list[bool] = []

    @settings(SMALL, database=database, phases=[Phase.reuse, Phase.generate, Phase.shrink])
    @given(transaction_mutants(moved(LEAKING), PARTIES))
    def test(mutant: TransactionMutant) -> None:
        tried.append(attack(mutant))
        assert not tried[-1]

    for _ in range(2):
        tried.clear()
        with pytest.raises(AssertionError):
            test()
    # The second time the first one that is tried fails.
    assert tried[0]


def test_hypothesis_is_led_deeper() -> None:
    seen: list[float] = []

    @settings(max_examples=30, phases=[Phase.generate], database=None, verbosity=Verbosity.quiet)
    @given(transaction_mutants(moved(WHOLE), PARTIES))
    def test(mutant: TransactionMutant) -> None:
        aim_deep(mutant.verdict)
        aim_deep(mutant.verdict, label="again")
        verdict = mutant.verdict
        if verdict.inputs:
            seen.append(target(float(len(verdict.inputs)), label="inputs"))

    test()
    assert seen


# The new state must be the old one plus one, and the value what it says: both are read from outputs
# that the attacker can change together only.
COUNTER = """\
// @spend count()
OP_INPUTINDEX OP_UTXOTOKENCOMMITMENT OP_BIN2NUM OP_INPUTINDEX OP_OUTPUTTOKENCOMMITMENT OP_BIN2NUM
OP_DUP OP_ROT OP_GREATERTHANOREQUAL OP_VERIFY
OP_1000 OP_MUL OP_INPUTINDEX OP_OUTPUTVALUE OP_NUMEQUALVERIFY
OP_INPUTINDEX OP_OUTPUTBYTECODE OP_INPUTINDEX OP_UTXOBYTECODE OP_EQUAL
""".replace("OP_1000", "<1000>")


def test_what_refuses_a_mutant_is_put_right() -> None:
    contract = compile_contract("counter", source=COUNTER)
    category = bytes(range(32))

    def state(number: int) -> Token:
        return Token(category, nft=Nft(encode_number(number), Capability.MUTABLE))

    coin = contract.coin("11" * 32, 0, 11_000, state(9))
    builder = TransactionBuilder().spend(coin, contract.unlock.count())
    honest = builder.pay(contract.output(10_000, state(10))).build_exactly()

    def accepted(mutant: TransactionMutant) -> bool:
        value = mutant.transaction.outputs[0].value
        return mutant.verdict.ok and value not in (9_000, 10_000) and value % 1_000 == 0

    repaired = transaction_mutants(honest, most_changes=1, repairs=2)
    found = find(repaired, accepted, settings=QUICK)
    assert found.changes[-1] == "what refused it is put right"
    with pytest.raises(NoSuchExample):
        find(transaction_mutants(honest, most_changes=1, repairs=0), accepted, settings=QUICK)
