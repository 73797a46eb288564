"""Contracts from spends that were seen, and what a spend is estimated to cost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bchcov import Output, PrivateKey, TransactionBuilder, compile_contract, p2sh32, verify
from bchcov.contract import Contract, estimate, read_spend
from bchcov.contract.contract import Locking
from bchcov.errors import ContractError

KEY = PrivateKey(bytes(31) + b"\x07")
SOURCE = "// @spend go(int a, bytes b, int c)\nOP_NIP OP_ADD <$(<3> <0> OP_ADD)> OP_EQUAL"


def total(locking: Locking) -> Contract:
    return compile_contract("total", source=SOURCE, locking=locking)


@pytest.mark.parametrize("locking", ["p2sh32", "p2sh20", "p2s"])
def test_a_contract_is_read_from_a_spend_and_spent_again_with_other_arguments(
    locking: Locking,
) -> None:
    contract = total(locking)
    coin = contract.coin("11" * 32, 0, 10_000)
    builder = TransactionBuilder().change_to(KEY.locking_bytecode)
    built = builder.spend(coin, contract.unlock.go(1, b"ab", 2)).build()
    seen = read_spend(built.transaction, built.source_outputs)
    assert (seen.contract.code, seen.contract.locking) == (contract.code, locking)
    assert seen.items == (b"\x01", b"ab", b"\x02")
    assert builder.spend(coin, seen.unlocker).build() == built
    others = seen.contract.unlock.seen(b"\x03", b"", b"")
    assert builder.spend(coin, others).build().verdict


def test_numbers_and_nothing_are_read_as_the_bytes_they_push() -> None:
    contract = total("p2sh32")
    coin = contract.coin("11" * 32, 0, 10_000)
    built = (
        TransactionBuilder()
        .change_to(KEY.locking_bytecode)
        .spend(coin, contract.unlock.go(-1, b"", 16))
        .build(check=False)
    )
    assert read_spend(built.transaction, built.source_outputs).items == (b"\x81", b"", b"\x10")


def test_a_spend_that_cannot_be_read_says_why() -> None:
    contract = total("p2sh32")
    coin = contract.coin("11" * 32, 0, 10_000)
    builder = TransactionBuilder().change_to(KEY.locking_bytecode)
    built = builder.spend(coin, contract.unlock.go(1, b"", 2)).build()
    transaction, outputs = built.transaction, built.source_outputs
    for unlocking, message in (
        (b"", "input 0: the redeem script is missing"),
        (b"\x51", "input 0: the redeem script does not match its hash"),
        (b"\x51\x76", "input 0: the unlocking script is not push-only"),
        (b"\x05\x01", "input 0: the unlocking script is not push-only"),
    ):
        changed = replace(
            transaction,
            inputs=(replace(transaction.inputs[0], unlocking_bytecode=unlocking),),
        )
        with pytest.raises(ContractError, match=message):
            read_spend(changed, outputs)
    with pytest.raises(
        ContractError, match="input 1 is out of range: the transaction has 1 inputs"
    ):
        read_spend(transaction, outputs, 1)
    with pytest.raises(ContractError, match="expected 1 spent outputs, one for each input, got 2"):
        read_spend(transaction, outputs * 2)


def test_an_estimate_is_what_the_spend_then_costs() -> None:
    source = (
        "// @spend go(sig s)\n"
        "OP_0 OP_OUTPUTBYTECODE OP_INPUTINDEX OP_UTXOBYTECODE OP_EQUALVERIFY <key> OP_CHECKSIG"
    )
    contract = compile_contract("kept", {"key": KEY.public_key}, source=source)
    coin = contract.coin("11" * 32, 0, 10_000)
    unlocker = contract.unlock.go(KEY)
    output = contract.output(9_000)
    expected = estimate(coin, unlocker, [output])
    built = TransactionBuilder().spend(coin, unlocker).pay(output).build()
    result = verify(built.transaction, built.source_outputs).inputs[0]
    assert expected.is_complete
    assert expected.result.metrics == result.metrics
    unlocking = built.transaction.inputs[0].unlocking_bytecode
    assert expected.unlocking_size == len(unlocking)
    assert expected.input_size == 36 + 1 + len(unlocking) + 4
    assert str(expected).startswith(f"{expected.input_size} bytes, operation cost ")


def test_an_estimate_without_what_the_contract_looks_at_says_how_far_it_came() -> None:
    source = "// @spend go()\nOP_0 OP_OUTPUTVALUE <5> OP_GREATERTHAN"
    contract = compile_contract("paid", source=source)
    coin = contract.coin("11" * 32, 0, 10_000)
    short = estimate(coin, contract.unlock.go())
    assert not short.is_complete
    assert "INVALID_TX_OUTPUT_INDEX" in str(short)
    assert estimate(coin, contract.unlock.go(), [Output(6, p2sh32(b""))]).is_complete
