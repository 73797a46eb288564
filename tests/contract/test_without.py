"""A contract without one of its checks accepts what that check alone refuses, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_examples import ARTIFACT_EXAMPLES, EXAMPLES, ArtifactExample, Example
from test_cashscript import ARBITER, REFUSALS, SELLER, WITH_LINES, depot, escrow, spending

from bchcov import BuildRefused, Contract, Output, compile_contract, load_contract, p2pkh, verify
from bchcov.contract import SpendPath, log_lines, without_check
from bchcov.contract.argument_types import ArgumentValue
from bchcov.contract.cashscript_origins import CashScriptOrigins
from bchcov.errors import ContractError

ARTIFACTS = Path(__file__).parent / "artifacts"
TO_SELLER = Output(9_000, p2pkh(SELLER.public_key_hash))
SOURCE = """\
// @parameter int least
// @spend go(int a, int b)
OP_DUP <least> OP_GREATERTHANOREQUAL OP_VERIFY  // [least] b is not too small
inner
OP_ADD <7> OP_EQUAL                             // [sum] the sum is seven
"""
INNER = "OP_OVER OP_0 OP_GREATERTHAN OP_VERIFY  // [positive] so is a"


def total() -> Contract:
    return compile_contract("total", {"least": 3, "inner": INNER}, source=SOURCE)


@pytest.mark.parametrize(
    ("name", "arguments"), [("least", (6, 1)), ("positive", (-1, 8)), ("sum", (4, 4))]
)
def test_an_assembled_contract_accepts_what_the_check_alone_refused(
    name: str, arguments: tuple[int, int]
) -> None:
    with pytest.raises(BuildRefused) as error:
        spending(total(), "go", *arguments).build()
    assert error.value.check == name
    weaker = total().without(name)
    assert spending(weaker, "go", *arguments).build().verdict.ok
    assert (weaker.paths, weaker.parameters) == (total().paths, total().parameters)
    assert weaker.locking_bytecode != total().locking_bytecode
    kept = [(each.name, each.line) for each in total().checks if each.name != name]
    assert kept == [(each.name, each.line) for each in weaker.checks if each.is_named]


@pytest.mark.parametrize("version", WITH_LINES)
@pytest.mark.parametrize("attack", REFUSALS)
def test_a_compiled_contract_accepts_what_the_require_alone_refused(
    version: str, attack: str
) -> None:
    path, arguments, changes, line, message = REFUSALS[attack]
    contract = escrow(version)
    weaker = contract.without(message)
    assert spending(weaker, path, *arguments, **changes).build().verdict.ok
    assert list(weaker.checks) == [each for each in contract.checks if each.name != message]
    for other, (path, arguments, changes, line, _) in REFUSALS.items():
        if REFUSALS[other][-1] != message:
            with pytest.raises(BuildRefused) as error:
                spending(weaker, path, *arguments, **changes).build()
            assert (error.value.line, error.value.check) == (line, REFUSALS[other][-1])


@pytest.mark.parametrize(
    ("name", "arguments", "elsewhere", "value"),
    [
        ("the keeper has not signed", (SELLER, 3, 6), False, 9_000),
        ("a number is not positive", (ARBITER, 0, 0), False, 9_000),
        ("another sum", (ARBITER, 3, 7), False, 9_000),
        ("output 0 leaves the depot", (ARBITER, 3, 6), True, 9_000),
        ("output 0 is too small", (ARBITER, 3, 6), False, 999),
    ],
)
def test_a_check_of_a_function_is_taken_out_of_its_script(
    name: str, arguments: tuple[ArgumentValue, ...], elsewhere: bool, value: int
) -> None:
    contract = depot()
    weaker = contract.without(name)
    to = TO_SELLER.locking_bytecode if elsewhere else weaker.locking_bytecode
    spent = spending(weaker, "move", *arguments, pay=[Output(value, to)])
    built = spent.change_to(SELLER.locking_bytecode).build()
    assert built.verdict.ok
    assert [each.name for each in weaker.checks] == [
        each.name for each in contract.checks if each.name != name
    ]
    # The lines of what is printed, and how often a loop runs, are those of before.
    printed = log_lines(built.transaction, built.source_outputs, weaker)
    number = 3 if arguments[1] else 0
    assert str(printed[-1]) == f"Depot.cash:17 triangle of {number} is {2 * number}"
    assert len(printed) == number + 1


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_it_is_what_the_source_without_the_check_compiles_to(example: Example) -> None:
    for file, contract in example.contracts.items():
        for check in contract.checks:
            bindings = {each.name: each.value for each in contract.parameters}
            # The bytes of each parameter, whatever its declared type.
            source = without_check(example.sources[file], check.name).replace("@parameter", "")
            alone = compile_contract(file, bindings, source=source)
            assert contract.without(check.name).code == alone.code


@pytest.mark.parametrize("example", ARTIFACT_EXAMPLES, ids=lambda each: each.name)
def test_the_attacks_on_a_compiled_contract_succeed_without_their_requires(
    example: ArtifactExample,
) -> None:
    for attack in example.attacks:
        weaker = example.contracts[attack.file].without(attack.check).origins
        assert isinstance(weaker, CashScriptOrigins)
        contracts = example.make({**example.artifacts, attack.file: weaker.artifact})
        built = attack.build(contracts).build_exactly()
        verdict = verify(built.transaction, built.source_outputs)
        assert verdict.ok, (attack.check, verdict)


def test_several_checks_are_taken_out_one_after_the_other() -> None:
    contract = depot()
    for check in contract.checks:
        contract = contract.without(check.name)
    assert contract.checks == ()
    assert spending(contract, "move", b"", -1, 99).build().verdict.ok
    assert spending(contract, "close", b"").build().verdict.ok


def test_what_cannot_be_taken_out_is_refused() -> None:
    with pytest.raises(ContractError, match="total: unknown check 'x'"):
        total().without("x")
    with pytest.raises(ContractError, match="Escrow: unknown check 'too early'"):
        escrow("0.9.3").without("too early")
    with pytest.raises(ContractError, match="seen: unknown check 'a'"):
        Contract("seen", b"\x51", paths=(SpendPath("go"),)).without("a")
    used = compile_contract("used", source="OP_ADD OP_SUB // [sub] in range\nOP_VERIFY OP_1")
    with pytest.raises(
        ContractError, match="check 'sub' cannot be removed: the script uses the result of OP_SUB"
    ):
        used.without("sub")


def test_a_function_without_a_frame_keeps_its_checks_to_itself() -> None:
    contract = load_contract(ARTIFACTS / "Depot-without-frames.json", [ARBITER, 1_000])
    weaker = contract.without("another sum")
    output = Output(9_000, weaker.locking_bytecode)
    assert spending(weaker, "move", ARBITER, 3, 7, pay=[output]).build().verdict.ok
