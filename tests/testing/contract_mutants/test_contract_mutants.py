"""Mutants of contracts: what there is to change, and what notices it."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from contract_examples import EXAMPLES, Example

from bchcov import (
    BuiltTransaction,
    Contract,
    Output,
    PrivateKey,
    TransactionBuilder,
    compile_contract,
    load_contract,
    p2pkh,
    run_script,
    verify,
)
from bchcov.contract import ContractUnlocker
from bchcov.errors import ContractError
from bchcov.testing import Case, kill_matrix, mutants_of, mutate, mutate_with
from bchcov.testing.contract_mutants import MutantResult, MutationReport
from bchcov.testing.contract_mutants.placing import in_place
from bchcov.testing.sites import shape_of, sites_of

ARTIFACTS = Path(__file__).parents[2] / "contract" / "artifacts"
SOURCE = "OP_2 OP_10 OP_WITHIN\nOP_VERIFY  // [range] from 2 to 9\nOP_1"


def spend(contract: Contract, value: int) -> BuiltTransaction:
    coin = contract.coin("11" * 32, 0, 10_000)
    spent = TransactionBuilder().spend(coin, contract.unlock.spend(value))
    return spent.pay(Output(9_000, p2pkh(bytes(20)))).build_exactly()


def made(source: str = SOURCE) -> Contract:
    return compile_contract("made", source=source, paths={"spend": "int a"})


def cases(contract: Contract, *, accepted: tuple[int, ...], refused: tuple[int, ...]) -> list[Case]:
    found = []
    for value in (*accepted, *refused):
        built = spend(contract, value)
        case = Case(str(value), built.transaction, built.source_outputs, value in accepted)
        found.append(case)
    return found


def outcomes(report: MutationReport) -> dict[tuple[str, str], str]:
    return {(each.mutant.opcode, each.mutant.name): each.status for each in report.results}


def attacks_of(example: Example, file: str) -> tuple[dict[str, BuiltTransaction], list[Contract]]:
    """The attacks on a contract by number and check, and what they spend of other constants."""
    builders = {
        f"{number} {attack.check}": attack.build(example.contracts)
        for number, attack in enumerate(example.attacks)
        if attack.file == file
    }
    spent = [
        each.unlocker.contract
        for builder in builders.values()
        for each in builder.spends
        if isinstance(each.unlocker, ContractUnlocker)
    ]
    siblings = [each for each in spent if isinstance(each, Contract) and each.name == file]
    return {name: each.build_exactly() for name, each in builders.items()}, siblings


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_the_kill_matrix_has_exactly_the_attacks_of_each_check(example: Example) -> None:
    for file, contract in example.contracts.items():
        attacks, siblings = attacks_of(example, file)
        matrix = kill_matrix(contract, attacks, siblings=siblings)
        assert not matrix.undroppable
        assert not matrix.unneeded
        for check in contract.checks:
            own = tuple(name for name in attacks if name.split()[1] == check.name)
            assert matrix.of(check.name) == own
        for built in attacks.values():
            assert not verify(built.transaction, built.source_outputs).ok


def test_every_check_of_cashscript_is_found_where_it_is_made() -> None:
    keeper = PrivateKey(bytes(31) + b"\x01")
    depot = load_contract(ARTIFACTS / "Depot-0.14.0-next.0.json", [keeper, 1_000])
    hashes = [keeper.public_key_hash] * 3
    escrow = load_contract(ARTIFACTS / "Escrow-0.12.1.json", [*hashes, 1_000])
    for contract in (depot, escrow):
        assert {check for site in sites_of(contract) for check in site.checks} == {*contract.checks}
        mutants = mutants_of(contract)
        assert mutants
        for mutant in mutants:
            with in_place(mutant, [contract]):
                run_script(mutant.code)
        dropped = {mutant.check for mutant in mutants if mutant.kind == "drop"}
        # The result of a function is checked at the end, and not by what calls it.
        left = {check.name for check in contract.checks if check.opcode == "OP_INVOKE"}
        assert dropped | left == {check.name for check in contract.checks}


def test_a_matrix_shows_the_check_that_no_attack_needs() -> None:
    contract = made(
        "OP_DUP OP_2 OP_GREATERTHAN OP_VERIFY // [low] above 2\n"
        "OP_DUP OP_3 OP_GREATERTHAN OP_VERIFY // [higher] above 3\nOP_9 OP_LESSTHAN"
    )
    matrix = kill_matrix(contract, {"three": spend(contract, 3), "two": spend(contract, 2)})
    assert matrix.of("higher") == ("three",)
    assert [check.name for check in matrix.unneeded] == ["low", "line 3 OP_LESSTHAN"]
    assert "line 1 [low]: NO ATTACK" in matrix.text()
    with pytest.raises(ContractError, match="five is accepted by the unchanged contract"):
        kill_matrix(contract, {"five": spend(contract, 5)})
    with pytest.raises(ContractError, match="unknown check 'none'"):
        matrix.of("none")


def test_mutants_are_killed_by_the_cases_at_the_edges_alone() -> None:
    contract = made()
    edges = mutate(contract, cases(contract, accepted=(2, 9), refused=(1, 10)))
    assert outcomes(edges) == {
        ("OP_2", "plus-1"): "killed",
        ("OP_2", "minus-1"): "killed",
        ("OP_10", "plus-1"): "killed",
        ("OP_10", "minus-1"): "killed",
        ("OP_WITHIN", "no-minimum"): "killed",
        ("OP_WITHIN", "no-maximum"): "killed",
        ("OP_VERIFY", "drop"): "killed",
        ("OP_1", "plus-1"): "survived",
        ("OP_1", "minus-1"): "invalid",
    }
    assert edges.score == 7 / 8
    middle = mutate(contract, cases(contract, accepted=(5,), refused=(20,)))
    survived = {key for key, status in outcomes(middle).items() if status == "survived"}
    assert survived == {
        ("OP_2", "plus-1"),
        ("OP_2", "minus-1"),
        ("OP_10", "plus-1"),
        ("OP_10", "minus-1"),
        ("OP_WITHIN", "no-minimum"),
        ("OP_1", "plus-1"),
    }


def test_signatures_and_hashes_stay_what_they_are() -> None:
    example = next(each for each in EXAMPLES if each.name == "hash_lock")
    contract = example.contracts["lock"]
    honest = example.honest(example.contracts)["claim"]
    thief = next(each for each in example.attacks if each.check == "recipient")
    attack = thief.build(example.contracts).build_exactly()
    report = mutate(
        contract,
        [
            Case("claim", honest.transaction, honest.source_outputs, accepted=True),
            Case("thief", attack.transaction, attack.source_outputs, accepted=False),
        ],
    )
    (dropped,) = [each for each in report.results if each.mutant.check == "recipient"]
    assert (dropped.status, dropped.by) == ("killed", ("thief",))
    assert [each.mutant.check for each in report.survivors] == ["preimage"]
    assert verify(honest.transaction, honest.source_outputs).ok
    assert not verify(attack.transaction, attack.source_outputs).ok


def test_what_no_case_runs_is_told_apart_from_what_survives() -> None:
    contract = made("OP_IF\nOP_1\nOP_ELSE\nOP_5 OP_VERIFY OP_1\nOP_ENDIF")
    report = mutate(contract, cases(contract, accepted=(1,), refused=()))
    lines = {each.mutant.line for each in report.results if each.status == "not run"}
    assert lines == {4}
    assert {*report.survivors} >= {each for each in report.results if each.status == "not run"}


def test_a_branch_that_always_goes_one_way_is_a_mutant() -> None:
    contract = made("OP_IF OP_1 OP_ELSE OP_0 OP_ENDIF")
    report = outcomes(mutate(contract, cases(contract, accepted=(1,), refused=(0,))))
    assert report["OP_IF", "always"] == "killed"
    assert report["OP_IF", "never"] == "invalid"


def test_a_mutant_that_the_source_calls_equivalent_is_not_tried() -> None:
    contract = made(f"{SOURCE}  // @equivalent plus-1: two is as true as one")
    report = mutate(contract, cases(contract, accepted=(2, 9), refused=(1, 10)))
    assert outcomes(report)["OP_1", "plus-1"] == "equivalent"
    assert report.counts["equivalent"] == 1
    assert (report.score, report.survivors) == (1.0, ())


def test_a_mutant_is_made_in_siblings_with_other_constants_as_well() -> None:
    source = "// @parameter int most\n<most> OP_LESSTHANOREQUAL  // [most] no more"
    small, large = (
        compile_contract("made", {"most": most}, source=source, paths={"spend": "int a"})
        for most in (5, 5_000)
    )
    assert shape_of(small) == shape_of(large)
    attack = {"5001": spend(large, 5_001)}
    assert kill_matrix(small, attack).unneeded
    assert kill_matrix(small, attack, siblings=[large]).of("most") == ("5001",)
    with pytest.raises(ContractError, match="made is no sibling"):
        mutate(small, [], siblings=[made()])


def test_a_case_that_is_wrong_from_the_start_is_an_error() -> None:
    contract = made()
    wrong = cases(contract, accepted=(5, 10), refused=())
    with pytest.raises(ContractError, match="10 is refused by the unchanged contract: expected"):
        mutate(contract, wrong)


def test_a_test_function_kills_what_it_notices() -> None:
    contract = made()

    def test() -> None:
        for value, accepted in ((1, False), (2, True), (9, True)):
            built = spend(contract, value)
            assert verify(built.transaction, built.source_outputs).ok is accepted

    report = mutate_with(contract, test)
    assert {(each.mutant.opcode, each.mutant.name) for each in report.survivors} == {
        ("OP_10", "plus-1"),
        ("OP_WITHIN", "no-maximum"),
        ("OP_1", "plus-1"),
    }
    test()


def test_a_test_that_fails_without_a_change_is_not_tried() -> None:
    with pytest.raises(AssertionError, match="from the start"):
        mutate_with(made(), _fail)


def _fail() -> None:
    raise AssertionError("from the start")


def test_a_test_that_does_not_end_times_out_and_gives_no_score() -> None:
    contract = made()
    built = spend(contract, 1)

    def test() -> None:
        if verify(built.transaction, built.source_outputs).ok:
            time.sleep(60)

    assert threading.current_thread() is threading.main_thread()
    report = mutate_with(contract, test, seconds=0.05)
    assert outcomes(report)["OP_VERIFY", "drop"] == "timed out"
    late = mutate(contract, cases(contract, accepted=(5,), refused=()), seconds=-1)
    assert late.counts["timed out"] == len(late.results)
    assert late.score is None
    assert "no score" in late.text()


def test_a_score_in_which_most_timed_out_is_none() -> None:
    mutant = mutants_of(made())[0]
    results = [MutantResult(mutant, "killed"), MutantResult(mutant, "timed out")]
    assert MutationReport("made", tuple(results)).score == 1.0
    assert MutationReport("made", (*results, results[1])).score is None


def test_the_report_can_be_read_as_text_and_as_json() -> None:
    contract = made()
    report = mutate(contract, cases(contract, accepted=(2, 9), refused=(1,)))
    assert "made.cashasm:1:6 OP_10: plus-1: survived" in report.text()
    again = json.loads(json.dumps(report.as_dict()))
    assert again["counts"]["killed"] == report.counts["killed"]
    assert len(again["mutants"]) == len(report.results)


@pytest.mark.parametrize("example", EXAMPLES[:6], ids=lambda each: each.name)
def test_each_mutant_is_judged_as_by_verifying_every_transaction_as_a_whole(
    example: Example,
) -> None:
    """The report is made from the inputs that run the mutant; this is the slow, plain way."""
    for file, contract in example.contracts.items():
        honest = example.honest(example.contracts)
        attacks, _ = attacks_of(example, file)
        tried = [
            Case(name, built.transaction, built.source_outputs, accepted)
            for group, accepted in ((honest, True), (attacks, False))
            for name, built in group.items()
        ]
        for result in mutate(contract, tried).results:
            with in_place(result.mutant, [contract]):
                wrong = {case.name for case in tried if case.is_accepted() is not case.accepted}
            assert bool(wrong) is (result.status in ("killed", "invalid"))
            assert {*result.by} <= wrong
            if result.status == "invalid":
                assert wrong <= honest.keys()
        assert all(case.is_accepted() is case.accepted for case in tried)
