"""The contracts to learn from: every honest spend passes, and every check has its attacks."""

from __future__ import annotations

import pytest
from contract_examples import EXAMPLES, Attack, Example

from bchcov import (
    BCH_2023,
    BCH_2025,
    BCH_2026,
    BuiltTransaction,
    Chain,
    TransactionReason,
    explain,
    verify,
)
from bchcov.contract import ContractUnlocker, checks_in, load_source
from bchcov.script.pushes import encode_push, encode_push_number, instructions

ATTACKS = [(example, attack) for example in EXAMPLES for attack in example.attacks]
HONEST = [(example, path) for example in EXAMPLES for path in example.honest(example.contracts)]
each_attack = pytest.mark.parametrize(
    ("example", "attack"),
    ATTACKS,
    ids=[f"{each.file}-{each.check}" for _, each in ATTACKS],
)
each_honest = pytest.mark.parametrize(
    ("example", "path"), HONEST, ids=[f"{example.name}-{path}" for example, path in HONEST]
)


def honest(example: Example, path: str) -> BuiltTransaction:
    return example.honest(example.contracts)[path]


def waits(built: BuiltTransaction) -> tuple[int, int]:
    """The height that a transaction waits for, and how many blocks deep its coins must be."""
    ages = [each.sequence for each in built.transaction.inputs if each.sequence < 1 << 31]
    return built.transaction.locktime, max(ages, default=1)


@each_honest
def test_an_honest_spend_is_valid_by_the_rules_of_every_year(example: Example, path: str) -> None:
    built = honest(example, path)
    for rules in (BCH_2023, BCH_2025, BCH_2026):
        verdict = verify(built.transaction, built.source_outputs, rules)
        assert verdict.ok, verdict


@each_honest
def test_an_honest_spend_is_accepted_on_a_chain_and_not_a_block_sooner(
    example: Example, path: str
) -> None:
    built = honest(example, path)
    locktime, age = waits(built)
    chain = Chain(height=max(locktime - age, 0))
    coins = chain.fund(*built.source_outputs)
    assert [each.outpoint for each in coins] == [
        (each.outpoint_hash, each.outpoint_index) for each in built.transaction.inputs
    ]
    if age > 1:
        chain.advance(age - 2)
        submission = chain.submit(built)
        assert submission.error is not None
        assert submission.error.reason in (
            TransactionReason.TX_NOT_FINAL,
            TransactionReason.TX_SEQUENCE_NOT_FINAL,
        )
        chain.advance(1)
    assert chain.height == max(locktime, age)
    assert chain.submit(built).ok
    chain.mine()
    assert chain.confirmations(built.coin(0)) == 1


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_every_check_is_named_and_has_its_attack(example: Example) -> None:
    checks = {
        (file, check.name)
        for file, source in example.sources.items()
        for check in checks_in(source)
    }
    assert checks == {(attack.file, attack.check) for attack in example.attacks}
    for contract in example.contracts.values():
        assert all(check.is_named and check.why for check in contract.checks)


@each_attack
def test_an_attack_is_refused_by_its_check(example: Example, attack: Attack) -> None:
    builder = attack.build(example.contracts)
    built = builder.build_exactly()
    verdict = verify(built.transaction, built.source_outputs)
    assert not verdict.ok
    refused = [
        (each.unlocker, result)
        for each, result in zip(builder.spends, verdict.inputs, strict=False)
        if not result.ok
    ]
    ((unlocker, result),) = refused
    assert isinstance(unlocker, ContractUnlocker)
    why = unlocker.explain_refusal(result)
    assert (why.contract, why.check) == (attack.file, attack.check)
    contract = unlocker.contract
    assert f"{attack.file}.cashasm:{why.line} [{attack.check}]" in explain(result, contract)


@each_attack
def test_an_attack_succeeds_where_its_check_is_taken_out(example: Example, attack: Attack) -> None:
    built = attack.build(example.without(attack.file, attack.check)).build_exactly()
    verdict = verify(built.transaction, built.source_outputs)
    assert verdict.ok, verdict


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_a_contract_is_found_by_its_name(example: Example) -> None:
    for file, contract in example.contracts.items():
        assert load_source(f"{example.name}/{file}") == contract.text


OTHER_PUSHES = [encode_push_number(number) for number in range(-1, 18)]
OTHER_PUSHES += [encode_push(data) for data in (b"\x00", b"\x80", b"\x01\x00", bytes(32))]


@each_honest
def test_nobody_changes_what_a_spend_pushes_and_keeps_its_meaning(
    example: Example, path: str
) -> None:
    built = honest(example, path)
    codes = {each.locking_bytecode: each.code for each in example.contracts.values()}
    for index, (spent, place) in enumerate(
        zip(built.source_outputs, built.transaction.inputs, strict=True)
    ):
        if spent.locking_bytecode not in codes:
            continue
        unlocking = place.unlocking_bytecode
        pushes = [unlocking[each.offset : each.end] for each in instructions(unlocking)]
        assert pushes[-1] == encode_push(codes[spent.locking_bytecode])
        others = [[other, *pushes] for other in OTHER_PUSHES]
        for at, push in enumerate(pushes[:-1]):
            others.append([*pushes[:at], *pushes[at + 1 :]])
            others += [
                [*pushes[:at], other, *pushes[at + 1 :]] for other in OTHER_PUSHES if other != push
            ]
        for each in others:
            changed = built.unlock(index, b"".join(each))
            assert not verify(changed.transaction, changed.source_outputs).ok, each
