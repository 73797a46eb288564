"""Any form of a transaction is known by what it holds, and judged as the same transaction."""

from __future__ import annotations

import json
from random import Random

import pytest

from bchcov import (
    BCH_2026,
    Coin,
    FormatError,
    Output,
    P2pkhUnlocker,
    PrivateKey,
    Token,
    TransactionBuilder,
    encode_outputs,
    encode_transaction,
    p2pkh,
    read_transaction,
)
from bchcov.formats import (
    SigningRequest,
    to_node_json,
    write_signed,
    write_signing_request,
)
from bchcov.formats.verify_lines import judge_line, verify_line
from bchcov.transaction.constants import NULL_OUTPOINT
from bchcov.transaction.model import Input, Transaction

KEY = PrivateKey(b"\x01" * 32)
SPENT = (Output(50_000, KEY.locking_bytecode, Token(bytes(range(32)), 5)),)
BUILT = (
    TransactionBuilder()
    .spend(Coin(bytes(range(1, 33)), 3, SPENT[0]), P2pkhUnlocker(KEY))
    .pay(Output(1_000, KEY.locking_bytecode, SPENT[0].token))
    .change_to(KEY.locking_bytecode)
    .build()
)
TRANSACTION = BUILT.transaction
HEX = encode_transaction(TRANSACTION).hex()
SOURCES = encode_outputs(SPENT).hex()
NODE = to_node_json(TRANSACTION, SPENT)
REQUEST = write_signing_request(SigningRequest(TRANSACTION, SPENT))

WHOLE: dict[str, str] = {
    "hexadecimal": f"{HEX} {SOURCES}",
    "hexadecimal with 0x": f" 0x{HEX}\t0x{SOURCES.upper()}\n",
    "a line": json.dumps(verify_line(TRANSACTION, SPENT, BCH_2026)),
    "a VMB line": json.dumps({"tx": HEX, "sourceOutputs": SOURCES}),
    "a node's JSON": NODE,
    "JSON-RPC": f'{{"result": {NODE}, "error": null, "id": "curltest"}}',
    "Electrum's JSON-RPC": f'{{"jsonrpc": "2.0", "id": 5, "result": {NODE}}}',
    "a request": json.dumps(REQUEST),
    "WalletConnect's JSON-RPC": json.dumps({"method": "bch_signTransaction", "params": REQUEST}),
    "WalletConnect's session": json.dumps(
        {"params": {"request": {"method": "bch_signTransaction", "params": REQUEST}}}
    ),
    "WizardConnect": json.dumps({"transaction": REQUEST, "inputPaths": [[0, "receive", 5]]}),
}
PARTS: dict[str, tuple[str, str]] = {
    "hexadecimal": (HEX, "put the spent outputs behind the transaction"),
    "a JSON string": (json.dumps(HEX), "put the spent outputs behind"),
    "JSON-RPC": (json.dumps({"result": HEX, "error": None}), "put the spent outputs behind"),
    "a signed transaction": (json.dumps({"hex": HEX, "complete": True}), "put the spent outputs"),
    "verbosity 1": (to_node_json(TRANSACTION), "prevout is missing: ask getrawtransaction with"),
    "an answer": (json.dumps(write_signed(TRANSACTION)), "it stands in the request that was si"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_every_form_is_the_same_transaction_and_is_accepted(name: str) -> None:
    found = read_transaction(WHOLE[name])
    assert (found.transaction, found.require_sources()) == (TRANSACTION, SPENT)
    assert found.coins == (Coin(bytes(range(1, 33)), 3, SPENT[0]),)
    assert (found.remarks, found.missing) == ((), ())
    assert read_transaction(WHOLE[name].encode()) == found
    answer = judge_line(WHOLE[name], number=1)
    assert (answer["ok"], answer["error"]) == (True, None)
    assert "remarks" not in answer
    told = {"JSON-RPC": "curltest", "Electrum's JSON-RPC": 5}
    txid = None if name.startswith(("hex", "a VMB")) else BUILT.txid
    assert answer["id"] == told.get(name, txid)


@pytest.mark.parametrize("name", PARTS)
def test_outputs_that_are_missing_are_named_and_never_guessed(name: str) -> None:
    text, said = PARTS[name]
    found = read_transaction(text)
    assert (found.transaction, found.source_outputs) == (TRANSACTION, (None,))
    with pytest.raises(FormatError, match=said):
        found.require_sources()
    assert found.with_coins([Coin(bytes(range(1, 33)), 3, SPENT[0])]).require_sources() == SPENT
    answer = judge_line(text, number=4)
    assert (answer["error"]["reason"], answer["error"]["line"]) == ("BAD_LINE", 4)
    assert answer["error"]["detail"].startswith("input 0: ")
    assert said in answer["error"]["detail"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON: Expecting value"),
        ("5", "the JSON is a number, not an object"),
        ("[]", "the JSON is an array, not an object"),
        ("{}", "the JSON holds no transaction: it has nothing, and none of tx, hex, vin"),
        ('{"txid": "00", "a": 1}', "it has 'txid', 'a', and none of"),
        ('{"result": null, "id": 1}', '"result" is missing'),
        ('{"result": [], "id": 1}', '"result" is an array, not an object'),
        ('{"result": {"vin": []}}', '"result" has neither "hex" nor "txid"'),
        (json.dumps({"result": {"vin": [5], "hex": HEX}}), r'"result.vin\[0\]" is a number, not'),
        (
            '{"result": null, "error": {"code": -5, "message": "No such\\u001b[31m one"}, "id": 1}',
            r"\"error\" is the answer: 'No such\\x1b\[31m one'",
        ),
        ('{"error": "down"}', "\"error\" is the answer: 'down'"),
        ('{"params": {"transaction": "00", "sourceOutputs": []}}', '"params.transaction" is not a'),
        (
            HEX[:-2],
            '"transaction" is not a transaction: locktime is cut off: expected 4 bytes, found 3',
        ),
        (HEX[:-1], '"transaction" is not hexadecimal'),
        (f"{HEX} 00", '"source outputs" hold 0 outputs for 1 inputs'),
        (f"{HEX} {encode_outputs(SPENT * 2).hex()}", "hold 2 outputs for 1 inputs"),
        (json.dumps({"x" * 60: 1}), f"it has '{'x' * 40}', and none of"),
        (json.dumps(dict.fromkeys("abcdefg", 1)), "it has 'a', 'b', 'c', 'd', 'e', and none"),
        (f"{HEX} 01", '"source outputs" are not outputs: 1 outputs are announced'),
        ('{"tx": 5}', '"tx" is a number, not text'),
        ('{"hex": "zz"}', '"hex" is not hexadecimal'),
    ],
)
def test_what_is_none_says_so_by_its_field(text: str, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        read_transaction(text)


def test_envelopes_are_opened_four_deep() -> None:
    text = NODE
    for _ in range(4):
        text = f'{{"result": {text}}}'
        assert read_transaction(text).transaction == TRANSACTION
    with pytest.raises(FormatError, match=r'"result.result.result.result" holds no transaction'):
        read_transaction(f'{{"result": {text}}}')


def unsigned() -> SigningRequest:
    (item,) = TRANSACTION.inputs
    inputs = (Input(item.outpoint_hash, item.outpoint_index),)
    return SigningRequest(Transaction(inputs, TRANSACTION.outputs), SPENT)


def test_a_request_that_is_not_signed_is_refused_with_whose_signature_is_missing() -> None:
    text = json.dumps(write_signing_request(unsigned()))
    said = f"input 0 lacks a signature of the key with the hash 0x{KEY.public_key_hash.hex()}"
    assert read_transaction(text).remarks == (said,)
    answer = judge_line(text, number=1)
    assert (answer["ok"], answer["error"]["check"], answer["remarks"]) == (False, "scripts", [said])


def test_rules_and_mode_and_id_hold_for_every_form() -> None:
    data = json.loads(NODE)
    answer = judge_line(json.dumps({**data, "id": 1.5, "rules": "2023"}), number=1)
    assert (answer["id"], answer["ok"]) == (1.5, True)
    answer = judge_line(json.dumps({**data, "id": "mine", "rules": "moon"}), number=1)
    assert (answer["id"], answer["error"]["check"]) == ("mine", "line")
    assert "unknown rule set 'moon'" in answer["error"]["detail"]


def test_hexadecimal_with_outputs_that_does_not_decode_is_a_verdict() -> None:
    for text, reason in (
        (f"{HEX[:-2]} {SOURCES}", "TX_DECODE"),
        (f"{HEX} {SOURCES}00", "TX_SOURCE_OUTPUTS_DECODE"),
        (f"{HEX} 00", "TX_INPUT_COUNT_MISMATCH"),
    ):
        error = judge_line(text, number=1)["error"]
        assert error["check"] != "line"
        assert error["reason"].startswith("TX_")
        if reason.endswith("DECODE"):
            assert error["reason"] == reason
    assert judge_line(f"{HEX} 0", number=1)["error"]["reason"] == "BAD_LINE"


def test_a_coinbase_is_read_and_cannot_be_judged_alone() -> None:
    coinbase = Transaction(
        (Input(*NULL_OUTPOINT, b"\x03\x01\x02\x03"),), (Output(1, p2pkh(bytes(20))),)
    )
    answer = judge_line(to_node_json(coinbase), number=1)
    assert answer["error"]["detail"] == "input 0: a coinbase spends no output"


PIECES = [b"", b"0", b"null", b"{", b'"', b"-1", b"[]", b"1e9", b"1e-9%d" % 10**20, b"ef", b"\xff"]


def test_changed_texts_are_answered_and_raise_nothing() -> None:
    random = Random(9)
    texts = [*WHOLE.values(), *(text for text, _ in PARTS.values())]
    for number in range(4_000):
        changed = bytearray(texts[number % len(texts)].encode())
        for _ in range(random.randrange(1, 4)):
            at = random.randrange(len(changed))
            changed[at : at + random.randrange(4)] = random.choice(
                [
                    b"",
                    b"0",
                    b"null",
                    b"{",
                    b'"',
                    b"-1",
                    b"[]",
                    b"1e9",
                    b"1e-99999999999999999999",
                    b"ef",
                    b"\xff",
                ]
            )
        answer = judge_line(bytes(changed), number=number)
        assert answer["ok"] is (answer["error"] is None)
        json.dumps(answer, allow_nan=False)
