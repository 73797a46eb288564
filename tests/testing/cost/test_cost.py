"""Costs of spends: measured, profiled by line, and held to a snapshot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from contract_examples import EXAMPLES, Example

from bchcov import (
    BCH_2026,
    BuiltTransaction,
    Chain,
    Contract,
    Output,
    TransactionBuilder,
    compile_contract,
    evaluate_input,
    p2pkh,
    verify,
)
from bchcov.errors import ContractError, FormatError
from bchcov.testing import CostReport, check_snapshot, measure_cost, profile, update_snapshot
from bchcov.testing.cost import without_limits
from bchcov.transaction.context import TransactionContext

HASHES = """// @parameter int times
<times>
OP_BEGIN
OP_SWAP
OP_HASH256 OP_SWAP OP_1SUB
OP_DUP OP_NOT OP_UNTIL OP_NOT OP_NIP"""


def hashing(times: int, padding: int = 0) -> tuple[Contract, dict[str, BuiltTransaction]]:
    """A contract that hashes its argument that often, and a spend that pushes padding too."""
    source = HASHES.replace("<times>\n", "OP_NIP <times>\n") if padding else HASHES
    path = "bytes padding, bytes item" if padding else "bytes item"
    contract = compile_contract("hashing", {"times": times}, source=source, paths={"spend": path})
    arguments = (bytes(padding), b"item") if padding else (b"item",)
    return contract, {"spend": spend(contract, *arguments)}


def spend(contract: Contract, *arguments: bytes) -> BuiltTransaction:
    coin = contract.coin("11" * 32, 0, 10_000)
    spent = TransactionBuilder().spend(coin, contract.unlock.spend(*arguments))
    return spent.pay(Output(9_000, p2pkh(bytes(20)))).build_exactly()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_what_is_measured_is_what_verification_charges(example: Example) -> None:
    for contract in example.contracts.values():
        honest = {
            name: built
            for name, built in example.honest(example.contracts).items()
            if contract.locking_bytecode in [each.locking_bytecode for each in built.source_outputs]
        }
        report = measure_cost(contract, honest)
        for cost in report.spends:
            built = honest[cost.name]
            (metrics,) = [
                result.metrics
                for result, output in zip(
                    verify(built.transaction, built.source_outputs).inputs,
                    built.source_outputs,
                    strict=True,
                )
                if output.locking_bytecode == contract.locking_bytecode
            ]
            assert (cost.op_cost, cost.op_cost_limit) == (metrics.op_cost, metrics.op_cost_limit)
            assert cost.hash_iterations == metrics.hash_iterations
            assert cost.hash_iterations_limit == metrics.hash_iterations_limit
            assert cost.signature_checks == metrics.signature_checks
            assert cost.signature_checks_limit == metrics.signature_checks_limit
            assert cost.padding == 0
        assert profile(contract, honest).total == sum(cost.op_cost for cost in report.spends)


@pytest.mark.parametrize("times", [10, 60, 400])
def test_the_padding_is_what_makes_a_contract_fit_that_is_too_large(times: int) -> None:
    contract, spends = hashing(times)
    (cost,) = measure_cost(contract, spends).spends
    fits = verify(spends["spend"].transaction, spends["spend"].source_outputs).ok
    assert fits is (cost.padding == 0)
    if fits:
        return
    # The push and the instruction that drops it take some bytes, and some of the cost.
    for padding, enough in ((cost.padding - 8, False), (cost.padding + 4, True)):
        contract, spends = hashing(times, padding)
        built = spends["spend"]
        assert verify(built.transaction, built.source_outputs).ok is enough


def test_rules_without_limits_judge_as_before_what_is_within_them() -> None:
    rules = without_limits(BCH_2026)
    assert rules is without_limits(BCH_2026)
    for example in EXAMPLES[:3]:
        builders = [attack.build(example.contracts) for attack in example.attacks]
        built = [*example.honest(example.contracts).values()]
        for each in (*built, *(builder.build_exactly() for builder in builders)):
            context = TransactionContext(each.transaction, each.source_outputs)
            before, after = evaluate_input(context, 0), evaluate_input(context, 0, rules)
            assert (after.reason, after.stack) == (before.reason, before.stack)
            assert after.metrics.op_cost == before.metrics.op_cost


def test_a_profile_charges_the_line_that_costs() -> None:
    contract, spends = hashing(20)
    made = profile(contract, spends)
    (cost,) = measure_cost(contract, spends).spends
    assert made.total == cost.op_cost
    assert next(iter(made.lines)) == "hashing.cashasm:5"
    # Each time: 100 for the instruction, 32 pushed, and two iterations of 192 in standard mode.
    stack = "hashing", "hashing.cashasm:5", "OP_HASH256"
    assert made.stacks[stack] == 20 * (100 + 32 + 2 * 192)
    assert f"{';'.join(stack)} {made.stacks[stack]}\n" in made.folded()


def test_a_profile_shows_the_calls_of_a_function() -> None:
    source = "<OP_1ADD> OP_0 OP_DEFINE\nOP_0 OP_INVOKE\nOP_0 OP_INVOKE OP_2 OP_NUMEQUAL OP_NIP"
    contract = compile_contract("made", source=source, paths={"spend": "bytes a"})
    built = {"spend": spend(contract, b"")}
    with pytest.raises(ContractError, match="spend is refused, so that its cost says nothing"):
        profile(contract, built)
    contract = compile_contract(
        "made", source=source.replace(" OP_NIP", ""), paths={"spend": "bytes a"}
    )
    folded = profile(contract, {"spend": spend(contract, b"")}).folded()
    assert "made;made.cashasm:2;OP_INVOKE;made.cashasm:1;OP_1ADD 102\n" in folded
    assert "made;made.cashasm:3;OP_INVOKE;made.cashasm:1;OP_1ADD 102\n" in folded


def test_a_snapshot_shows_what_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "cost.json"
    contract, spends = hashing(10)
    before = measure_cost(contract, spends)
    update_snapshot(before, path)
    assert check_snapshot(before, path) == ()
    text = path.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"
    contract, spends = hashing(11)
    after = measure_cost(contract, spends)
    differences = check_snapshot(after, path)
    assert [each.split(" ")[1] for each in differences] == ["hash_iterations", "op_cost"]
    assert differences[0] == "spend: hash_iterations 22 -> 24 (+2, +9.1 %)"
    assert check_snapshot(after, path, tolerance=0.1) == ()
    assert len(check_snapshot(after, path, tolerance=0.0905)) == 1
    renamed = CostReport("hashing", "BCH_2026", ())
    assert check_snapshot(renamed, path) == ("spend: only in the snapshot",)
    update_snapshot(renamed, path)
    assert check_snapshot(after, path) == ("spend: not in the snapshot",)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"spends": {"a": 1}}', '{"spends": {"a": {"b": true}}}']
)
def test_a_file_that_is_no_snapshot_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "cost.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match="is no snapshot of costs"):
        check_snapshot(CostReport("a", "b", ()), path)


def test_a_transaction_that_does_not_spend_the_contract_is_an_error() -> None:
    contract, spends = hashing(1)
    other, _ = hashing(2)
    assert other.name == contract.name
    with pytest.raises(ContractError, match="no transaction spends a coin of hashing"):
        measure_cost(other, spends)


def test_rules_without_limits_serve_a_builder_and_a_chain() -> None:
    source = "// @spend go()\n" + "OP_ACTIVEBYTECODE OP_HASH256 OP_DROP " * 300 + "OP_1"
    large = compile_contract("large", source=source)
    rules = without_limits(BCH_2026)
    chain = Chain(rules)
    (coin,) = chain.fund(large.output(10_000))
    builder = TransactionBuilder(rules=rules).spend(coin, large.unlock.go())
    built = builder.change_to(p2pkh(bytes(20))).build()
    assert chain.submit(built).ok
    chain.mine()
    assert not verify(built.transaction, built.source_outputs).ok
