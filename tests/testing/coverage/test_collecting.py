"""Coverage counts what ran and which check refused, and changes nothing."""

from __future__ import annotations

import pickle
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from contract_examples import EXAMPLES, Example

from bchcov import (
    BuiltTransaction,
    Contract,
    Output,
    PrivateKey,
    Transaction,
    TransactionBuilder,
    compile_contract,
    load_contract,
    p2pkh,
    verify,
)
from bchcov.contract import ContractUnlocker
from bchcov.contract.argument_types import ArgumentValue
from bchcov.errors import ContractError
from bchcov.testing import Coverage

ARTIFACTS = Path(__file__).parents[2] / "contract" / "artifacts"
KEEPER = PrivateKey(bytes(31) + b"\x01")
# Counts down from the argument to zero, and leaves true.
LOOP = "OP_BEGIN\nOP_1SUB OP_DUP\nOP_NOT OP_UNTIL\nOP_NOT"
FUNCTION = """
<OP_5 OP_LESSTHAN OP_VERIFY>  // [small] less than five
OP_0 OP_DEFINE
OP_0 OP_INVOKE OP_1
"""


def spend(contract: Contract, *arguments: ArgumentValue) -> BuiltTransaction:
    coin = contract.coin("11" * 32, 0, 10_000)
    spent = TransactionBuilder().spend(coin, contract.unlock.spend(*arguments))
    return spent.pay(Output(9_000, p2pkh(bytes(20)))).build_exactly()


def made(source: str, arguments: str = "int a") -> Contract:
    return compile_contract("made", source=source, paths={"spend": arguments})


def covered(contract: Contract, *values: ArgumentValue) -> Coverage:
    coverage = Coverage(contract)
    for value in values:
        built = spend(contract, value)
        coverage.add(built.transaction, built.source_outputs)
    return coverage


def everything_of(example: Example) -> tuple[list[Contract], list[BuiltTransaction], int]:
    """An example's contracts, and its honest spends with its attacks behind them."""
    honest = list(example.honest(example.contracts).values())
    builders = [attack.build(example.contracts) for attack in example.attacks]
    unlockers = [each.unlocker for builder in builders for each in builder.spends]
    spent = [each.contract for each in unlockers if isinstance(each, ContractUnlocker)]
    siblings = [each for each in spent if isinstance(each, Contract)]
    contracts = list(dict.fromkeys([*example.contracts.values(), *siblings]))
    return contracts, [*honest, *(each.build_exactly() for each in builders)], len(honest)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_each_check_is_seen_to_fail_by_its_attacks_and_by_no_honest_spend(
    example: Example,
) -> None:
    contracts, built, honest = everything_of(example)
    coverage = Coverage(*contracts)
    for each in built[:honest]:
        coverage.add(each.transaction, each.source_outputs)
    before = coverage.report()
    assert not any(check.refused for check in before.checks)
    assert before.never_refused == before.checks
    for each in built[honest:]:
        coverage.add(each.transaction, each.source_outputs)
    report = coverage.report()
    assert not report.never_refused
    assert not report.not_run
    assert not report.one_way
    assert not report.elsewhere
    attacked = Counter((f"{each.file}.cashasm", each.check) for each in example.attacks)
    refused = {(check.file, check.name): check.refused for check in report.checks}
    assert refused.keys() == attacked.keys()
    # A transaction may have two inputs of the contract that are refused.
    assert all(refused[key] >= attacked[key] for key in attacked)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_watching_changes_no_verdict(example: Example) -> None:
    contracts, built, _ = everything_of(example)
    coverage = Coverage(*contracts)
    for each in built:
        alone = verify(each.transaction, each.source_outputs, all_inputs=True)
        with coverage.recording():
            watched = verify(each.transaction, each.source_outputs, all_inputs=True)
        assert watched == alone
        assert verify(each.transaction, each.source_outputs, all_inputs=True) == alone
    assert not coverage.report().never_refused


def test_the_way_that_a_branch_goes_is_told_apart() -> None:
    contract = made("OP_IF\nOP_1\nOP_ELSE\nOP_1\nOP_ENDIF")
    report = covered(contract, 1).report()
    (branch,) = report.branches
    assert (branch.line, branch.true, branch.false) == (1, 1, 0)
    assert report.one_way == (branch,)
    assert [each.line for each in report.not_run] == [4]
    report = covered(contract, 1, 0, 0).report()
    assert (report.branches[0].true, report.branches[0].false) == (1, 2)
    assert not report.one_way
    assert not report.not_run


@pytest.mark.parametrize(
    ("values", "times"),
    [((1,), (1, 0, 0)), ((2,), (0, 1, 0)), ((3,), (0, 0, 1)), ((1, 2, 3, 9), (1, 1, 2))],
)
def test_a_loop_is_counted_by_its_repetitions(
    values: tuple[int, ...], times: tuple[int, int, int]
) -> None:
    (loop,) = covered(made(LOOP), *values).report().loops
    assert (loop.line, loop.none, loop.one, loop.many) == (3, *times)


def test_a_loop_in_a_loop_is_counted_on_its_own() -> None:
    source = f"OP_BEGIN\nOP_3\n{LOOP} OP_DROP\nOP_1SUB OP_DUP OP_NOT OP_UNTIL OP_NOT"
    inner, outer = covered(made(source), 2).report().loops
    assert (inner.line, inner.none, inner.one, inner.many) == (5, 0, 0, 2)
    assert (outer.line, outer.none, outer.one, outer.many) == (7, 0, 1, 0)


def test_the_body_of_a_function_is_covered_where_it_is_written() -> None:
    contract = made(FUNCTION)
    report = covered(contract, 4).report()
    line = next(each for each in report.lines if each.line == 2)
    assert (line.instructions, line.instructions_run) == (4, 4)
    assert [check.name for check in report.never_refused] == ["small"]
    assert not covered(contract, 5).report().never_refused


def test_a_function_that_is_not_called_has_not_run() -> None:
    contract = made(FUNCTION.replace("OP_0 OP_INVOKE", "OP_DROP"))
    report = covered(contract, 4).report()
    assert [(each.line, each.instructions_run) for each in report.not_run] == [(2, 1)]


def test_lines_of_cashscript_are_covered_and_its_functions_too() -> None:
    depot = load_contract(ARTIFACTS / "Depot-0.14.0-next.0.json", [KEEPER, 1_000])
    assert len(depot.scripts) > 1
    report = Coverage(depot).report()
    assert {each.name for each in report.checks} == {each.name for each in depot.checks}
    assert report.not_run == report.lines
    coin = depot.coin("11" * 32, 0, 10_000)
    path = next(path for path in depot.paths if len(path.arguments) == 1)
    assert path.arguments[0].type == "sig"
    coverage = Coverage(depot)
    for key in (KEEPER, PrivateKey(bytes(31) + b"\x02")):
        spent = TransactionBuilder().spend(coin, depot.unlock[path.name](key))
        built = spent.pay(Output(9_000, p2pkh(bytes(20)))).build_exactly()
        coverage.add(built.transaction, built.source_outputs)
    refused = [each for each in coverage.report().checks if each.refused]
    assert refused
    assert all(each.file.endswith(".cash") for each in refused)


def test_a_contract_with_other_constants_counts_as_the_same() -> None:
    source = "// @parameter int most\n<most> OP_LESSTHANOREQUAL  // [most] no more than allowed"
    small, large = (
        compile_contract("made", {"most": most}, source=source, paths={"spend": "int a"})
        for most in (5, 5_000)
    )
    coverage = Coverage(small, large)
    for contract, value in ((small, 6), (large, 5_001), (large, 4)):
        built = spend(contract, value)
        coverage.add(built.transaction, built.source_outputs)
    report = coverage.report()
    (check,) = report.checks
    assert (check.ran, check.refused) == (3, 2)
    (line,) = report.lines
    assert (line.instructions, line.instructions_run, line.ran) == (2, 2, 3)


def test_a_refusal_by_no_check_is_counted_by_its_reason() -> None:
    report = covered(made("OP_ADD OP_VERIFY\nOP_1"), 1).report()
    assert dict(report.elsewhere) == {"INVALID_STACK_OPERATION": 1}
    assert not any(check.refused for check in report.checks)


def test_an_input_of_another_script_is_not_counted() -> None:
    coverage = Coverage(made("OP_VERIFY OP_1"))
    built = spend(made("OP_NOT"), 0)
    coverage.add(built.transaction, built.source_outputs)
    report = coverage.report()
    assert (report.transactions, report.inputs) == (1, 0)


def test_each_context_is_kept_apart() -> None:
    contract = made("OP_VERIFY\nOP_1")
    coverage = Coverage(contract)
    for name, value in (("true", 1), ("false", 0)):
        built = spend(contract, value)
        with coverage.recording(name):
            verify(built.transaction, built.source_outputs)
    lines = {
        name: [each.line for each in coverage.report_of(counts).lines if each.ran]
        for name, counts in coverage.contexts.items()
    }
    assert lines == {"true": [1, 2], "false": [1]}


def test_recording_ends_with_its_block_and_also_by_an_error() -> None:
    contract = made("OP_VERIFY\nOP_1")
    coverage = Coverage(contract)
    built = spend(contract, 1)
    with pytest.raises(KeyError), coverage.recording():
        raise KeyError
    verify(built.transaction, built.source_outputs)
    assert coverage.report().inputs == 0


def test_the_report_begins_with_the_checks_that_were_never_seen_to_fail() -> None:
    contract = made(
        "OP_VERIFY  // [first] is true\nOP_VERIFY  // [second] is true\nOP_1", "int b, int a"
    )
    coverage = Coverage(contract)
    built = spend(contract, 1, 0)
    coverage.add(built.transaction, built.source_outputs)
    text = str(coverage.report())
    assert text.startswith("1 of 2 checks were seen to fail\n")
    assert text.index("[second]") < text.index("[first]")
    assert "made.cashasm:2     NEVER" in text


def test_a_contract_without_a_source_is_refused_by_name() -> None:
    unknown = Contract("unknown", b"\x51")
    with pytest.raises(ContractError, match="unknown: nothing is known of its source"):
        Coverage(unknown)
    with pytest.raises(ContractError, match="none is given"):
        Coverage()
    assert replace(unknown, name="other").scripts == ()
    assert isinstance(spend(made("OP_1 OP_NIP"), 1).transaction, Transaction)


def test_the_body_of_each_function_is_counted() -> None:
    source = """<OP_1ADD OP_DUP OP_0NOTEQUAL OP_VERIFY> OP_0 OP_DEFINE
<OP_1SUB>
OP_1 OP_DEFINE
OP_DUP OP_IF
  OP_0 OP_INVOKE OP_0 OP_INVOKE
OP_ELSE
  OP_1 OP_INVOKE
OP_ENDIF"""
    nothing, once, both = (covered(made(source), *values).report() for values in ((), (3,), (3, 0)))
    assert [each.called for each in nothing.functions] == [0, 0]
    adding, subtracting = once.functions
    assert (adding.file, adding.line, adding.column) == ("made.cashasm", 1, 2)
    assert (adding.instructions, adding.instructions_run, adding.called) == (4, 4, 2)
    assert (subtracting.line, subtracting.instructions, subtracting.called) == (2, 1, 0)
    assert once.never_called == (subtracting,)
    assert "1 of 2 functions were called" in once.text()
    assert "made.cashasm:2:2 a function of 1 instructions: never called" in once.text()
    assert both.never_called == ()
    assert both.as_dict()["functions"][1]["called"] == 1


def test_a_function_that_fails_within_has_not_run_whole() -> None:
    report = covered(made(FUNCTION), 7).report()
    (body,) = report.functions
    assert (body.called, body.instructions_run) == (1, 3)
    deeper = covered(made("<OP_5 OP_DIV OP_1> OP_0 OP_DEFINE OP_0 OP_SWAP OP_DROP OP_0 OP_INVOKE"))
    assert deeper.report().functions[0].called == 0


def test_a_contract_without_functions_has_none_to_report() -> None:
    report = covered(made("OP_NOT"), 0).report()
    assert report.functions == ()
    assert "functions" not in report.text()


def test_what_two_processes_have_collected_is_counted_together() -> None:
    first, second, both = (covered(made(FUNCTION), *values) for values in ((1,), (7,), (1, 7)))
    first.merge(pickle.loads(pickle.dumps(second)))
    assert first.report() == both.report()
    other = covered(made(LOOP), 2)
    first.merge(other)
    assert len(first.contracts) == 2
    assert len(first.report().loops) == 1
