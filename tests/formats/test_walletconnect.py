"""Signing requests of WalletConnect: read, written, and put right where a dApp erred."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bchcov import (
    BuildError,
    FormatError,
    Input,
    Nft,
    Output,
    Token,
    Transaction,
    assemble,
    encode_transaction,
    p2pkh,
    p2sh20,
    p2sh32,
    transaction_id,
    verify,
)
from bchcov.formats import (
    SigningRequest,
    SourceContract,
    read_signed,
    read_signing_request,
    write_signed,
    write_signing_request,
)
from bchcov.formats.signing_request import last_push
from bchcov.script.pushes import encode_push
from bchcov.testing import outputs, transactions
from bchcov.transaction.model import Capability

# The example of the specification, wc2-bch-bcr. What its answer signs is another transaction
# than the one whose hash it gives, and its outpoints are other ones by a digit or two.
EXAMPLE = json.loads(
    (Path(__file__).parent / "walletconnect_example.json").read_text(encoding="utf-8")
)
CATEGORY = bytes(range(32))
REDEEM = assemble("OP_DROP OP_1")
SPENT = (
    Output(5_000, p2sh32(REDEEM), Token(CATEGORY, 7, Nft(b"\x01", Capability.MUTABLE))),
    Output(1_000, p2pkh(bytes(20))),
)
FUNCTION = {"name": "spend", "inputs": [{"name": "pk", "type": "pubkey"}]}
TRANSACTION = Transaction(
    (Input(CATEGORY[::-1], 1, encode_push(bytes(33)) + encode_push(REDEEM)), Input(CATEGORY, 2)),
    (Output(5_500, p2pkh(bytes(20)), SPENT[0].token),),
)
REQUEST = SigningRequest(
    TRANSACTION,
    SPENT,
    (SourceContract(FUNCTION, REDEEM, {"contractName": "Any"}), None),
    broadcast=False,
    user_prompt="Spend it",
)


BARE = {"lockingBytecode": "<Uint8Array: 0xef>", "valueSatoshis": "<bigint: 5n>"}
HUGE = f"<bigint: {10**20 - 1}n>"


def written() -> Any:
    return json.loads(json.dumps(write_signing_request(REQUEST)))


def test_the_example_of_the_specification_is_read_and_written_back() -> None:
    request = read_signing_request(EXAMPLE["request"])
    assert request.remarks == ()
    assert (request.broadcast, request.user_prompt) == (False, "Sign transaction to buy token")
    first, second = request.transaction.inputs
    # Displayed in the request, and on the wire in the answer that the wallet gave.
    assert first.outpoint_hash.hex()[:20] in EXAMPLE["answer"]["signedTransaction"]
    assert first.outpoint_txid.startswith("21c26767a3dc")
    assert second.unlocking_bytecode == b""
    token = request.transaction.outputs[1].token
    assert token is not None
    assert token.category_id.startswith("de980d12e499")
    contract = request.contract(0)
    assert contract is not None
    assert contract.artifact["contractName"] == "MarketOrder"
    again = write_signing_request(request)
    assert again == EXAMPLE["request"]


def test_the_contract_of_the_specifications_example_accepts_the_answer() -> None:
    request = read_signing_request(EXAMPLE["request"])
    answer = {**EXAMPLE["answer"], "signedTransactionHash": None}
    verdict = verify(read_signed(answer), request.source_outputs, all_inputs=True)
    assert [each.ok for each in verdict.inputs] == [True, False]
    with pytest.raises(FormatError, match='"signedTransactionHash" is 532336dc9daa'):
        read_signed(EXAMPLE["answer"])


@given(transactions(), st.booleans(), st.text(), st.data())
def test_any_request_is_read_back(
    transaction: Transaction, broadcast: bool, prompt: str, data: st.DataObject
) -> None:
    count = len(transaction.inputs)
    spent = tuple(data.draw(st.lists(outputs(), min_size=count, max_size=count)))
    request = SigningRequest(transaction, spent, (), broadcast, prompt)
    text = json.dumps(write_signing_request(request))
    assert read_signing_request(json.loads(text)) == request
    encoded = {**json.loads(text), "transaction": encode_transaction(transaction).hex()}
    assert read_signing_request(encoded) == request


def test_a_contract_is_read_back_as_it_was_written() -> None:
    found = read_signing_request(written())
    assert found == REQUEST
    assert (found.remarks, found.contract(0), found.contract(1)) == ((), REQUEST.contracts[0], None)


def test_what_may_be_left_out_may_be_left_out() -> None:
    data = written()
    del data["broadcast"], data["userPrompt"], data["sourceOutputs"][0]["contract"]
    for each in data["sourceOutputs"]:
        for name in ("outpointIndex", "outpointTransactionHash", "sequenceNumber"):
            del each[name]
        del each["unlockingBytecode"]
    # Numbers that JavaScript holds exactly are as good as those of libauth's text.
    data["sourceOutputs"][1]["valueSatoshis"] = 1000
    del data["transaction"]["outputs"][0]["token"]["amount"]
    found = read_signing_request(data)
    assert (found.broadcast, found.user_prompt, found.contracts) == (True, "", ())
    assert found.source_outputs == SPENT
    assert found.transaction.outputs[0].token == replace(SPENT[0].token or Token(b""), amount=0)


def test_a_contract_may_say_little_of_itself() -> None:
    data = written()
    data["sourceOutputs"][0]["contract"] = {}
    found = read_signing_request(data)
    assert found.contract(0) == SourceContract({}, REDEEM, {})
    assert found.remarks == ()
    # What is not hashed has no redeem script.
    locking = f"<Uint8Array: 0x{REDEEM.hex()}>"
    data["sourceOutputs"][0]["lockingBytecode"] = locking
    bare = read_signing_request(data)
    assert bare.contract(0) == SourceContract({}, None, {})
    assert read_signing_request(write_signing_request(bare)) == bare
    assert "redeemScript" not in write_signing_request(bare)["sourceOutputs"][0]["contract"]


def test_of_two_redeem_scripts_the_one_of_that_name_counts() -> None:
    data = written()
    data["sourceOutputs"][0]["contract"]["bytecode"] = "51"
    assert read_signing_request(data) == REQUEST
    assert read_signing_request(data).remarks == ()


def test_parts_that_are_text_of_json_are_read_as_what_they_hold() -> None:
    data = written()
    for name in ("transaction", "sourceOutputs"):
        data[name] = json.dumps(data[name])
    assert read_signing_request(data) == REQUEST
    with pytest.raises(FormatError, match='"transaction" holds text that is not JSON: Expecting'):
        read_signing_request({**data, "transaction": "{"})
    inner = json.loads(data["transaction"])
    inner["version"] = -1
    with pytest.raises(FormatError, match=r'"transaction.version" is -1: expected 0 to'):
        read_signing_request({**data, "transaction": json.dumps(inner)})


@pytest.mark.parametrize("lock", [p2sh20, p2sh32])
def test_a_locking_script_sent_for_the_redeem_script_is_replaced_and_named(lock: Any) -> None:
    data = written()
    locking = f"<Uint8Array: 0x{lock(REDEEM).hex()}>"
    data["sourceOutputs"][0]["lockingBytecode"] = locking
    data["sourceOutputs"][0]["contract"]["redeemScript"] = locking
    found = read_signing_request(data)
    contract = found.contract(0)
    assert contract is not None
    assert contract.redeem_script == REDEEM
    path = "sourceOutputs[0].contract.redeemScript"
    assert found.remarks == (
        f"{path} is the locking script: the redeem script is the last push of the input",
    )


def test_other_scripts_than_the_redeem_script_are_named_too() -> None:
    data = written()
    contract = data["sourceOutputs"][0]["contract"]
    contract["redeemScript"] = "<Uint8Array: 0x51>"
    found = read_signing_request(data)
    assert found.contracts == REQUEST.contracts
    assert "redeemScript is another script: the redeem script is the last" in found.remarks[0]
    # Without a last push that fits nothing tells what the redeem script is.
    for place in (data["transaction"]["inputs"][0], data["sourceOutputs"][0]):
        place["unlockingBytecode"] = "<Uint8Array: 0x>"
    found = read_signing_request(data)
    assert (found.contract(0) or REQUEST.contracts[0]).redeem_script == b"\x51"  # type: ignore[union-attr]
    assert found.remarks[0].endswith(
        "redeemScript: the spent output has not the hash of this script"
    )
    # CashScript from 0.13 on writes the script as hexadecimal, or none.
    contract = data["sourceOutputs"][0]["contract"]
    del contract["redeemScript"]
    contract["bytecode"] = REDEEM.hex()
    assert read_signing_request(data).contract(0) == REQUEST.contracts[0]
    del contract["bytecode"]
    assert read_signing_request(data).contract(0) == replace(
        REQUEST.contracts[0] or SourceContract({}, b"", {}), redeem_script=None
    )
    for change in ({"bytecode": REDEEM.hex()}, {}):
        contract = {**written()["sourceOutputs"][0]["contract"], **change}
        del contract["redeemScript"]
        data = written()
        data["sourceOutputs"][0]["contract"] = contract
        assert read_signing_request(data) == REQUEST
        assert read_signing_request(data).remarks == ()


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("transaction",), None, '"transaction" is missing'),
        (("transaction",), "00", '"transaction" is not a transaction'),
        (("transaction", "version"), 2**32, '"transaction.version" is 4294967296'),
        (("transaction", "inputs", 0, "outpointIndex"), "1", 'outpointIndex" is text, not an int'),
        (("transaction", "inputs", 0, "unlockingBytecode"), {"0": 1}, "is an object, not text"),
        (("transaction", "inputs", 0, "unlockingBytecode"), "0x51", "not bytes as <Uint8Array"),
        (("transaction", "inputs", 0, "unlockingBytecode"), "<Uint8Array: 0x5>", "not bytes as"),
        (("transaction", "outputs", 0, "valueSatoshis"), "5n", "not a number as <bigint: 5n>"),
        (
            ("transaction", "outputs", 0, "valueSatoshis"),
            HUGE,
            "expected 0 to",
        ),
        (("transaction", "outputs", 0), BARE, '"transaction" cannot be encoded: a locking'),
        (("transaction", "outputs", 0, "token", "category"), "<Uint8Array: 0x00>", "has 1 bytes"),
        (("transaction", "outputs", 0, "token"), {"amount": 0}, "neither an amount nor an NFT"),
        (("sourceOutputs",), [], '"sourceOutputs" lists 0 outputs, the transaction has 2 inputs'),
        (
            ("sourceOutputs",),
            [*written()["sourceOutputs"], {}],
            '"sourceOutputs" lists 3 outputs, the transaction has 2 inputs',
        ),
        (
            ("sourceOutputs", 0, "outpointTransactionHash"),
            f"<Uint8Array: 0x{'ff' * 32}>",
            f'outpointTransactionHash" is not that of the input, {CATEGORY.hex()}',
        ),
        (("sourceOutputs", 0, "unlockingBytecode"), "<Uint8Array: 0x>", "is not that of the inp"),
        (("sourceOutputs", 1), 5, r'"sourceOutputs\[1\]" is a number, not an object'),
        (("sourceOutputs", 1, "outpointIndex"), 5, r'\[1\].outpointIndex" is not that of the in'),
        (("sourceOutputs", 1, "sequenceNumber"), 5, r'\[1\].sequenceNumber" is not that of the'),
        (("sourceOutputs", 1, "unlockingBytecode"), "<Uint8Array: 0x00>", "is not that of the inp"),
        (
            ("sourceOutputs", 0, "outpointTransactionHash"),
            f"<Uint8Array: 0x{CATEGORY[::-1].hex()}>",
            "outpointTransactionHash\" is in the wire's byte order: outpoints are",
        ),
        (
            ("sourceOutputs", 0, "outpointTransactionHash"),
            f"<Uint8Array: 0x{'00' * 32}>",
            f'outpointTransactionHash" is not that of the input, {CATEGORY.hex()}',
        ),
        (("sourceOutputs", 0, "contract"), [], 'contract" is an array, not an object'),
        (("sourceOutputs", 0, "contract", "artifact"), 5, 'artifact" is a number, not an object'),
        (("broadcast",), "yes", '"broadcast" is text, not true or false'),
        (("userPrompt",), 5, '"userPrompt" is a number, not text'),
    ],
)
def test_a_field_that_is_wrong_is_named(
    place: tuple[str | int, ...], value: object, said: str
) -> None:
    data = deepcopy(written())
    inner = data
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    with pytest.raises(FormatError, match=said):
        read_signing_request(data)


@pytest.mark.parametrize(
    ("code", "data"),
    [("", None), ("0151", b"\x51"), ("510151", b"\x51"), ("015151", None), ("015176", None)],
)
def test_the_last_push_is_that_of_a_script_that_only_pushes(code: str, data: bytes | None) -> None:
    assert last_push(bytes.fromhex(code)) == data


def test_a_redeem_script_is_looked_at_where_its_hash_is_known() -> None:
    data = written()
    wrong, other = "<Uint8Array: 0x52>", encode_push(b"\x53").hex()
    data["sourceOutputs"][0]["contract"]["redeemScript"] = wrong
    for place in (data["transaction"]["inputs"][0], data["sourceOutputs"][0]):
        place["unlockingBytecode"] = f"<Uint8Array: 0x{other}>"
    # The last push has not the hash either: nothing is put in its place.
    found = read_signing_request(data)
    assert found.contract(0) == SourceContract(FUNCTION, b"\x52", {"contractName": "Any"})
    assert found.remarks[0].endswith("the spent output has not the hash of this script")
    del data["sourceOutputs"][0]["contract"]["redeemScript"]
    assert read_signing_request(data).remarks == ()
    data = written()
    data["sourceOutputs"][0]["lockingBytecode"] = f"<Uint8Array: 0x{p2pkh(bytes(20)).hex()}>"
    assert read_signing_request(data).contracts == REQUEST.contracts
    assert read_signing_request(data).remarks == ()


def test_what_was_put_right_does_not_make_another_request() -> None:
    assert SigningRequest(TRANSACTION, SPENT).broadcast
    assert replace(REQUEST, remarks=("put right",)) == REQUEST


def test_a_request_has_an_output_for_each_input() -> None:
    with pytest.raises(BuildError, match="2 inputs, 3 spent outputs and 0 contracts"):
        SigningRequest(TRANSACTION, (*SPENT, SPENT[0]))
    with pytest.raises(BuildError, match="2 inputs, 1 spent outputs and 0 contracts"):
        SigningRequest(TRANSACTION, SPENT[:1])
    with pytest.raises(BuildError, match="2 inputs, 2 spent outputs and 1 contracts"):
        SigningRequest(TRANSACTION, SPENT, (None,))


def test_an_answer_is_read_back_and_its_hash_is_checked() -> None:
    answer = write_signed(TRANSACTION)
    assert read_signed(answer) == TRANSACTION
    assert read_signed({"signedTransaction": answer["signedTransaction"]}) == TRANSACTION
    other = bytes.fromhex(transaction_id(TRANSACTION))[::-1].hex()
    with pytest.raises(FormatError, match="wire's byte order, not as it is displayed"):
        read_signed({**answer, "signedTransactionHash": other})
