"""Contracts from CashScript artifacts of several compilers: spent, refused by line, and logged."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bchcov import (
    BchcovError,
    BuildRefused,
    Chain,
    Contract,
    Output,
    PrivateKey,
    Signature,
    TransactionBuilder,
    explain,
    load_contract,
    p2pkh,
    verify,
)
from bchcov.contract import LogLine, artifact_contract, log_lines
from bchcov.contract.argument_types import ArgumentValue
from bchcov.errors import ContractError, FormatError
from bchcov.formats.artifact import fingerprint_of, read_artifact
from bchcov.wallet import PublicKey

ARTIFACTS = Path(__file__).parent / "artifacts"
ARBITER, BUYER, SELLER = (PrivateKey(bytes(31) + bytes((number,))) for number in (1, 2, 3))
ESCROWS = ["0.9.3", "0.10.1", "0.12.1", "0.13.0-next.1"]
WITH_LINES = ESCROWS[1:]
HASHES: dict[str, ArgumentValue] = {
    "arbiter": ARBITER.public_key_hash,
    "buyer": BUYER.public_key_hash,
    "seller": SELLER.public_key_hash,
    "fee": 1_000,
}


def escrow(version: str) -> Contract:
    return load_contract(ARTIFACTS / f"Escrow-{version}.json", HASHES)


def depot() -> Contract:
    return load_contract(ARTIFACTS / "Depot-0.14.0-next.0.json", [ARBITER, 1_000])


def spending(contract: Contract, path: str, *arguments: ArgumentValue, **changes: Any) -> Any:
    """A builder that spends a coin of 10,000 satoshis by a path, to `pay`."""
    coin = contract.coin("11" * 32, 0, 10_000)
    sequence = changes.get("sequence", 0xFFFFFFFE)
    builder = TransactionBuilder(locktime=changes.get("locktime", 0))
    spent = builder.spend(coin, contract.unlock[path](*arguments), sequence=sequence)
    return spent.pay(*changes.get("pay", [Output(9_000, p2pkh(SELLER.public_key_hash))]))


@pytest.mark.parametrize("version", ESCROWS)
def test_an_artifact_of_each_compiler_is_spent(version: str) -> None:
    contract = escrow(version)
    chain = Chain()
    (coin,) = chain.fund(contract.output(10_000))
    unlocker = contract.unlock.release(ARBITER, ARBITER, toSeller=True)
    builder = TransactionBuilder().spend(coin, unlocker)
    built = builder.pay(Output(9_000, p2pkh(SELLER.public_key_hash))).build()
    assert chain.submit(built).ok
    assert contract.code == escrow(ESCROWS[-1]).code


REFUSALS: dict[str, tuple[str, tuple[ArgumentValue, ...], dict[str, Any], int, str]] = {
    "another key": (
        "release",
        (BUYER, BUYER, True),
        {},
        5,
        "only the arbiter releases",
    ),
    "a signature that does not verify": (
        "release",
        (ARBITER, BUYER, True),
        {},
        6,
        "the arbiter has not signed",
    ),
    "no signature": ("release", (ARBITER, b"", True), {}, 6, "the arbiter has not signed"),
    "another amount": (
        "release",
        (ARBITER, ARBITER, True),
        {"pay": [Output(8_999, p2pkh(SELLER.public_key_hash))]},
        8,
        "output 0 pays another amount",
    ),
    "another payee, checked at the end": (
        "release",
        (ARBITER, ARBITER, False),
        {},
        13,
        "another payee",
    ),
    "too early": ("expire", (BUYER, BUYER), {"locktime": 699_999}, 17, "not yet expired"),
    "another buyer": (
        "expire",
        (SELLER, SELLER),
        {"locktime": 700_000},
        18,
        "only the buyer takes it back",
    ),
    "no signature at the end": (
        "expire",
        (b"", BUYER),
        {"locktime": 700_000},
        19,
        "the buyer has not signed",
    ),
    "a signature at the end that does not verify": (
        "expire",
        (SELLER, BUYER),
        {"locktime": 700_000},
        19,
        "the buyer has not signed",
    ),
}


@pytest.mark.parametrize("version", WITH_LINES)
@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_names_the_require_by_line(version: str, name: str) -> None:
    path, arguments, changes, line, message = REFUSALS[name]
    with pytest.raises(BuildRefused) as error:
        spending(escrow(version), path, *arguments, **changes).build()
    refused = error.value
    assert (refused.contract, refused.path, refused.line, refused.check) == (
        "Escrow",
        path,
        line,
        message,
    )
    assert f"input 0: {path} of Escrow: Escrow.cash:{line} [{message}]: " in str(refused)


def test_every_require_is_a_check_with_its_line() -> None:
    found = {(each.line, each.name) for each in escrow("0.12.1").checks}
    assert found == {(line, message) for *_, line, message in REFUSALS.values()}
    assert [each.is_final for each in escrow("0.12.1").checks] == [0, 0, 0, 1, 0, 0, 1]


def test_an_artifact_without_debug_works_without_lines() -> None:
    contract = escrow("0.9.3")
    assert contract.checks == ()
    assert contract.text is not None
    assert contract.text.startswith("pragma cashscript ^0.9.3")
    with pytest.raises(BuildRefused) as error:
        spending(contract, "release", BUYER, BUYER, True).build()
    assert (error.value.path, error.value.line, error.value.check) == ("release", None, None)


def test_an_instruction_that_no_require_stands_at_has_its_line() -> None:
    contract = escrow("0.12.1")
    (coin,) = Chain().fund(contract.output(10_000))
    # The selector of a third function that there is not.
    built = spending(contract, "expire", BUYER, BUYER).build_exactly()
    unlocking = built.transaction.inputs[0].unlocking_bytecode
    other = unlocking.replace(b"\x51\x4c", b"\x52\x4c", 1)
    assert other != unlocking
    result = verify(built.unlock(0, other).transaction, built.source_outputs).inputs[0]
    assert explain(result, contract) == "Escrow.cash:16:5: NUMEQUALVERIFY at OP_NUMEQUALVERIFY"
    assert coin.locking_bytecode == contract.locking_bytecode


@pytest.mark.parametrize(
    ("arguments", "changes", "line", "message"),
    [
        ((SELLER, 3, 6), {}, 28, "the keeper has not signed"),
        ((ARBITER, 0, 0), {}, 6, "a number is not positive"),
        ((ARBITER, 3, 7), {}, 30, "another sum"),
        ((ARBITER, 3, 6), {"elsewhere": True}, 22, "output 0 leaves the depot"),
        ((ARBITER, 3, 6), {"value": 999}, 23, "output 0 is too small"),
    ],
)
def test_a_refusal_inside_a_function_names_the_functions_line(
    arguments: tuple[ArgumentValue, ...], changes: dict[str, Any], line: int, message: str
) -> None:
    contract = depot()
    to = p2pkh(SELLER.public_key_hash) if "elsewhere" in changes else contract.locking_bytecode
    output = Output(changes.get("value", 9_000), to)
    spent = spending(contract, "move", *arguments, pay=[output])
    with pytest.raises(BuildRefused) as error:
        spent.change_to(BUYER.locking_bytecode).build()
    assert (error.value.path, error.value.line, error.value.check) == ("move", line, message)


def test_a_function_without_a_frame_is_found_by_where_it_begins() -> None:
    contract = load_contract(ARTIFACTS / "Depot-without-frames.json", [ARBITER, 1_000])
    for output, place in (
        (Output(9_000, p2pkh(SELLER.public_key_hash)), "Depot.cash:21:1"),
        (Output(9_000, contract.locking_bytecode), "Depot.cash:30 [another sum]"),
    ):
        with pytest.raises(BuildRefused) as error:
            spending(contract, "move", ARBITER, 3, 7, pay=[output]).build()
        assert place in str(error.value)


def test_what_a_contract_logs_comes_out_of_a_run() -> None:
    contract = depot()
    to = [Output(9_000, contract.locking_bytecode)]
    built = spending(contract, "move", ARBITER, 3, 6, pay=to).build()
    printed = log_lines(built.transaction, built.source_outputs, contract)
    assert [str(each) for each in printed] == [
        "Depot.cash:10 sum 1 of 1",
        "Depot.cash:10 sum 3 of 2",
        "Depot.cash:10 sum 6 of 3",
        "Depot.cash:17 triangle of 3 is 6",
    ]
    wrong = spending(contract, "move", ARBITER, -1, 6, pay=to).build_exactly()
    assert log_lines(wrong.transaction, wrong.source_outputs, contract) == ()
    assert log_lines(built.transaction, built.source_outputs, escrow("0.12.1")) == ()
    assert printed[0] == LogLine("Depot.cash", 10, "sum 1 of 1")


def test_a_last_require_without_a_message_is_called_by_its_line() -> None:
    contract = depot()
    with pytest.raises(BuildRefused) as error:
        spending(contract, "close", b"", sequence=10).build()
    assert (error.value.line, error.value.check) == (35, "line 35 require")


def test_contracts_of_artifacts_travel() -> None:
    contract = escrow("0.12.1")
    assert contract.checks
    again = pickle.loads(pickle.dumps(contract))
    assert again == contract
    assert again.checks == contract.checks
    assert copy.deepcopy(contract.unlock.expire(BUYER, BUYER)).path.name == "expire"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "expected 4 arguments, got 0"),
        ({**HASHES, "more": 1}, "unknown argument 'more'"),
        ({"fee": 1}, "missing arguments: arbiter, buyer, seller"),
        ({**HASHES, "fee": "1"}, "Escrow: int fee must be an integer, not a str"),
        (
            {**HASHES, "buyer": bytes(19)},
            "Escrow: bytes20 buyer: a bytes20 must be 20 bytes, not 19",
        ),
        ("text", "arguments must be a sequence or a mapping, not a str"),
    ],
)
def test_arguments_that_do_not_fit_the_constructor_are_refused(
    arguments: Any, message: str
) -> None:
    with pytest.raises(ContractError) as error:
        load_contract(ARTIFACTS / "Escrow-0.12.1.json", arguments)
    assert message in str(error.value)


def test_a_signature_is_no_argument_of_a_constructor() -> None:
    artifact = json.loads((ARTIFACTS / "Depot-0.14.0-next.0.json").read_text(encoding="utf-8"))
    del artifact["fingerprint"]
    artifact["constructorInputs"][0]["type"] = "sig"
    with pytest.raises(ContractError, match="parameters cannot depend on the transaction"):
        artifact_contract(read_artifact(artifact), [Signature(ARBITER), 5])


def test_a_fingerprint_is_that_of_the_pattern_of_pushes() -> None:
    artifact = json.loads((ARTIFACTS / "Depot-0.14.0-next.0.json").read_text(encoding="utf-8"))
    read = read_artifact(artifact)
    assert fingerprint_of(read.code, 2) == artifact["fingerprint"]
    # Other constants have the same pattern, other instructions another.
    assert fingerprint_of(b"\x51\x52\x93", 0) == fingerprint_of(b"\x02ab\x00\x93", 0)
    assert fingerprint_of(b"\x51\x52\x93", 0) == fingerprint_of(b"\x93", 2)
    assert fingerprint_of(b"\x51\x50\x93", 0) != fingerprint_of(b"\x51\x51\x93", 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"contractName": None}, '"contractName" is missing'),
        ({"abi": "x"}, '"abi" is text, not an array'),
        ({"abi": [5]}, '"abi[0]" is a number, not an object'),
        ({"abi": [{"name": "a"}]}, '"abi[0].inputs" is missing'),
        (
            {"bytecode": "OP_NONE"},
            "\"bytecode\" cannot be assembled: line 1, column 1: 'OP_NONE' is neither an",
        ),
        (
            {"compiler": {"name": "cashc", "version": "0.6.9"}},
            '"compiler.version" is 0.6.9, which is too old',
        ),
        (
            {"compiler": {"name": "cashc", "version": "new"}},
            "\"compiler.version\" is 'new', not a version",
        ),
        ({"fingerprint": "00"}, "\"fingerprint\" is '00', which is not that of the bytecode"),
        ({"bytecode": "OP_1 OP_ADD"}, '"fingerprint" is '),
        (
            {"debug": {"bytecode": "5"}},
            '"debug.bytecode" is not hexadecimal: odd number of hexadecimal digits: 1',
        ),
        (
            {"debug": {"bytecode": "51", "sourceMap": "1:x"}},
            '"debug.sourceMap" is not a source map: entry 0',
        ),
        (
            {"debug": {"bytecode": "51", "sourceMap": "1:1:1:1:1:1"}},
            '"debug.sourceMap" is not a source map: entry 0',
        ),
        (
            {"debug": {"bytecode": "51", "requires": [{"ip": -1, "line": 1}]}},
            '"debug.requires[0].ip" is -1: expected 0 to',
        ),
        (
            {"debug": {"bytecode": "51", "logs": [{"ip": 1, "line": 1, "data": [5]}]}},
            '"debug.logs[0].data[0]" is a number, not an object',
        ),
        (
            {"debug": {"bytecode": "51", "sourceTags": "1:2"}},
            "\"debug.sourceTags\" has '1:2', not start:end:kind",
        ),
        ({"debug": {"bytecode": "51", "functions": [{}]}}, '"debug.functions[0].name" is missing'),
    ],
)
def test_an_artifact_that_cannot_be_read_names_the_field(
    change: dict[str, Any], message: str
) -> None:
    artifact = json.loads((ARTIFACTS / "Depot-0.14.0-next.0.json").read_text(encoding="utf-8"))
    with pytest.raises(FormatError) as error:
        read_artifact(json.dumps({**artifact, **change}))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "the JSON is an array, not an object"),
        ("{", "not JSON: Expecting property name"),
        ('{"a": 1, "a": 2}', "duplicate key 'a'"),
        (b"\xff", "not UTF-8 at byte 0"),
    ],
)
def test_what_is_no_artifact_is_refused(text: str | bytes, message: str) -> None:
    with pytest.raises(FormatError) as error:
        read_artifact(text)
    assert message in str(error.value)


def test_bytecode_is_read_in_opcodes_and_in_hexadecimal() -> None:
    artifact = json.loads((ARTIFACTS / "Escrow-0.12.1.json").read_text(encoding="utf-8"))
    read = read_artifact(artifact)
    in_hexadecimal = {**artifact, "bytecode": artifact["debug"]["bytecode"]}
    assert read_artifact(in_hexadecimal) == read
    without = {key: value for key, value in in_hexadecimal.items() if key != "debug"}
    assert read_artifact(without).code == read.code


def test_damaged_artifacts_are_read_or_refused_and_explained() -> None:
    """Any change of an artifact is a FormatError, a ContractError, or a contract that works."""
    random = Random(11)
    text = (ARTIFACTS / "Depot-0.14.0-next.0.json").read_text(encoding="utf-8")
    spent = spending(depot(), "move", ARBITER, 3, 7).build_exactly()
    result = verify(spent.transaction, spent.source_outputs).inputs[0]
    numbers = [at for at, each in enumerate(text) if each.isdigit()]
    read = 0
    for _ in range(300):
        damaged = list(text)
        for _ in range(random.randrange(1, 6)):
            at = random.choice(numbers)
            damaged[at] = random.choice("0123456789")
        try:
            artifact = read_artifact("".join(damaged))
            contract = artifact_contract(artifact, [ARBITER, 1_000])
        except BchcovError:
            continue
        read += 1
        assert explain(result, contract)
        assert contract.checks is not None
        assert log_lines(spent.transaction, spent.source_outputs, contract) is not None
        for offset in range(len(contract.code)):
            contract.place(offset)
    assert read > 50


def test_files_are_loaded_by_their_kind(tmp_path: Path) -> None:
    source = tmp_path / "sum.cashasm"
    source.write_text(
        "\ufeff// @parameter int total\n// @spend go(int a, int b)\nOP_ADD <total> OP_EQUAL",
        encoding="utf-8",
    )
    contract = load_contract(source, [7])
    assert contract == load_contract(str(source), {"total": 7})
    assert contract.name == "sum"
    assert spending(contract, "go", 3, 4).build().verdict.ok
    more = load_contract(source, [7], paths={"one": "int a: <a> OP_1"}, locking="p2s")
    assert list(more.unlock) == ["go", "one"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"", "unknown kind of contract file 'a.txt': expected .json"),
        ("a.json", None, "No such file or directory"),
        ("a.json", b"\xff", "invalid UTF-8 at byte 0"),
        ("a.json", b"[]", "'a.json': the JSON is an array, not an object"),
        (
            "a.cashasm",
            b"// @parameter int a\nOP_1",
            "expected 1 arguments, for the declared parameters (a), got 0",
        ),
    ],
)
def test_a_file_that_is_no_contract_is_one_error(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises((ContractError, FormatError)) as error:
        load_contract(tmp_path / name)
    assert message in str(error.value)


def test_an_artifact_takes_no_declared_paths() -> None:
    with pytest.raises(ContractError, match="an artifact takes no paths: its functions are"):
        load_contract(ARTIFACTS / "Escrow-0.12.1.json", HASHES, paths={"a": ""})


def test_the_signature_of_an_artifact_can_be_made_by_somebody_else() -> None:
    contract = escrow("0.12.1")
    chain = Chain()
    (coin,) = chain.fund(contract.output(20_000))
    arbiter = PublicKey(ARBITER.public_key)
    builder = TransactionBuilder().pay(Output(19_000, SELLER.locking_bytecode))
    draft = builder.spend(coin, contract.unlock.release(arbiter, arbiter, True)).cosign()
    assert draft.missing == {0: (ARBITER.public_key,)}
    alone = builder.spend(coin, contract.unlock.release(ARBITER, ARBITER, True)).build()
    assert draft.sign(ARBITER).build().transaction == alone.transaction
    assert chain.submit(alone).ok
