"""A node's JSON: read as nodes write it, written as they do, and refused where it is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bchcov import (
    AddressError,
    Coin,
    EncodeError,
    FormatError,
    Input,
    Nft,
    Output,
    Token,
    Transaction,
    decode_address,
    encode_address,
    transaction_id,
)
from bchcov.crypto.hashes import hash160
from bchcov.formats import read_json, read_node_json, read_txout, to_node_json
from bchcov.formats.node_scripts import node_assembly
from bchcov.formats.read_transaction import is_coinbase
from bchcov.script.patterns import multisig, p2pk, p2pkh, p2sh20, p2sh32
from bchcov.testing import outputs, transactions
from bchcov.transaction.constants import NULL_OUTPOINT
from bchcov.transaction.model import Capability

CATEGORY = bytes(range(32))
SPENT = (
    Output(150_000_000, p2pkh(bytes(20)), Token(CATEGORY, 9_007_199_254_740_993)),
    Output(1, p2sh32(b"\x51"), Token(CATEGORY, 0, Nft(b"\x05\x06", Capability.MINTING))),
)
TRANSACTION = Transaction(
    (Input(CATEGORY[::-1], 1, b"\x01\x05", 7), Input(CATEGORY, 0, b"\x51")),
    (Output(100_000_000, p2sh20(b"\x51")), Output(29, b"\x6a\x04data")),
    version=2**32 - 1,
    locktime=500_000_000,
)


def written() -> Any:
    return read_json(to_node_json(TRANSACTION, SPENT))


@given(transactions(), st.data())
def test_any_transaction_is_read_back_with_what_it_spends(
    transaction: Transaction, data: st.DataObject
) -> None:
    assume(not is_coinbase(transaction))
    count = len(transaction.inputs)
    spent = tuple(data.draw(st.lists(outputs(), min_size=count, max_size=count)))
    text = to_node_json(transaction, spent)
    found = read_node_json(read_json(text))
    assert (found.transaction, found.source_outputs) == (transaction, spent)
    without = read_json(text)
    del without["hex"]
    assert read_node_json(without).transaction == transaction


def test_numbers_are_as_a_node_writes_them() -> None:
    text = to_node_json(TRANSACTION, SPENT)
    assert '"value": 1.50000000,' in text
    assert '"value": 0.00000029,' in text
    assert '"fee": 0.49999972,' in text
    assert '"version": -1,' in text
    assert '"amount": "9007199254740993"' in text
    assert f'"category": "{CATEGORY[::-1].hex()}"' in text
    assert '"commitment": "0506"' in text


def test_the_fields_are_those_of_a_node_in_its_order() -> None:
    data = written()
    top = ["txid", "hash", "version", "size", "locktime", "vin", "vout", "fee", "hex"]
    assert [*data] == top
    spent = ["value", "scriptPubKey", "tokenData", "sequence"]
    assert [*data["vin"][0]] == ["txid", "vout", "scriptSig", *spent]
    assert [*data["vin"][0]["scriptPubKey"]] == ["asm", "hex", "type", "address"]
    locking = ["asm", "hex", "reqSigs", "type", "addresses"]
    assert [*data["vout"][0]["scriptPubKey"]] == locking
    assert [*data["vout"][1]["scriptPubKey"]] == ["asm", "hex", "type"]
    assert [*read_json(to_node_json(TRANSACTION))] == [each for each in top if each != "fee"]


KEY = bytes.fromhex("02" + "11" * 32)


@pytest.mark.parametrize(
    ("code", "kind", "addresses", "required"),
    [
        (p2sh20(b"\x51"), "scripthash", 1, 1),
        (p2sh32(b"\x51"), "scripthash", 1, 1),
        (b"\x6a\x04data", "nulldata", 0, None),
        (b"\x6a\xac", "script", 0, None),
        (p2pk(KEY), "pubkey", 1, 1),
        (p2pkh(bytes(20)), "pubkeyhash", 1, 1),
        (multisig(1, [KEY, KEY]), "multisig", 2, 1),
        (b"\x51", "script", 0, None),
        (b"\x51" * 202, "nonstandard", 0, None),
    ],
)
def test_the_type_of_a_script_is_what_a_node_calls_it(
    code: bytes, kind: str, addresses: int, required: int | None
) -> None:
    transaction = Transaction((Input(CATEGORY, 0),), (Output(5, code),))
    data = json.loads(to_node_json(transaction, [Output(6, code)], network="regtest"))
    shown = data["vout"][0]["scriptPubKey"]
    assert (shown["type"], shown.get("reqSigs")) == (kind, required)
    assert len(shown.get("addresses", [])) == addresses
    assert all(each.startswith("bchreg:") for each in shown.get("addresses", []))
    spent = data["vin"][0]["scriptPubKey"]
    assert spent["type"] == kind
    # A node gives a spent output one address, and none to a bare multisig.
    assert ("address" in spent) == (addresses == 1)


SCHNORR = b"\x22" * 64
DER = bytes.fromhex("3006020101020101")


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("", ""),
        ("00", "0"),
        ("4f5160", "-1 1 16"),
        ("0181", "-1"),
        ("0102", "2"),
        ("0103", "3"),
        ("028002", "640"),
        ("0180", "0"),
        ("020080", "0"),
        ("08ffffffffffffffff", "-9223372036854775807"),
        ("09ffffffffffffffffff", "ffffffffffffffffff"),
        ("76a988", "OP_DUP OP_HASH160 OP_EQUALVERIFY"),
        ("50", "OP_RESERVED"),
        ("61", "OP_NOP"),
        ("62", "OP_VER"),
        ("65", "OP_BEGIN"),
        ("bdbebf", "OP_UNKNOWN OP_UNKNOWN OP_UNKNOWN"),
        ("d4d5d6ef", "OP_RESERVED3 OP_RESERVED4 OP_UNKNOWN SPECIAL_TOKEN_PREFIX"),
        ("5102aa", "1 [error]"),
        ("4c", "[error]"),
    ],
)
def test_assembly_is_what_a_node_writes(code: str, text: str) -> None:
    assert node_assembly(bytes.fromhex(code)) == text


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (SCHNORR + b"\x41", SCHNORR.hex() + "[ALL|FORKID]"),
        (SCHNORR + b"\x61", SCHNORR.hex() + "[ALL|FORKID|UTXOS]"),
        (SCHNORR + b"\xc3", SCHNORR.hex() + "[SINGLE|FORKID|ANYONECANPAY]"),
        (SCHNORR + b"\x82", SCHNORR.hex() + "[NONE|ANYONECANPAY]"),
        (DER + b"\x01", DER.hex() + "[ALL]"),
        (SCHNORR + b"\x21", SCHNORR.hex() + "21"),
        (SCHNORR + b"\xe1", SCHNORR.hex() + "e1"),
        (SCHNORR + b"\x44", SCHNORR.hex() + "44"),
        (b"\x31" + DER[1:] + b"\x41", "31" + DER[1:].hex() + "41"),
    ],
)
def test_the_hash_type_of_a_signature_is_named_in_unlocking_scripts(item: bytes, text: str) -> None:
    code = bytes((len(item),)) + item
    assert node_assembly(code, unlocking=True) == text
    assert node_assembly(code) == item.hex()
    assert node_assembly(b"\x6a" + code, unlocking=True) == f"OP_RETURN {item.hex()}"


def test_every_hash_type_has_the_name_that_a_node_gives_it() -> None:
    def name(hash_type: int) -> str:
        code = b"\x41" + SCHNORR + bytes((hash_type,))
        return node_assembly(code, unlocking=True).removeprefix(SCHNORR.hex())

    named = {each: name(each) for each in range(256) if name(each).startswith("[")}
    bases = {1: "ALL", 2: "NONE", 3: "SINGLE"}
    more = {0: "", 0x80: "|ANYONECANPAY", 0x40: "|FORKID", 0x60: "|FORKID|UTXOS"}
    more[0xC0] = "|FORKID|ANYONECANPAY"
    assert named == {one | two: f"[{bases[one]}{more[two]}]" for one in bases for two in more}


def test_a_key_has_the_address_of_its_hash() -> None:
    address = encode_address(p2pkh(hash160(KEY)))
    other = encode_address(p2pkh(hash160(b"\x03" + KEY[1:])))
    for code, addresses in (
        (p2pk(KEY), [address]),
        (multisig(2, [KEY, b"\x03" + KEY[1:]]), [address, other]),
    ):
        data = json.loads(to_node_json(Transaction((Input(CATEGORY, 0),), (Output(5, code),))))
        shown = data["vout"][0]["scriptPubKey"]
        assert shown["addresses"] == addresses
        assert shown["reqSigs"] == len(addresses)


def test_outputs_in_a_prevout_of_their_own_are_read_too() -> None:
    data = written()
    for item in data["vin"]:
        names = [name for name in ("value", "scriptPubKey", "tokenData") if name in item]
        item["prevout"] = {name: item.pop(name) for name in names}
        item["prevout"].update(generated=False, height=5)
    assert read_node_json(data).source_outputs == SPENT


@pytest.mark.parametrize(
    ("version", "shown"),
    [(0, 0), (2**31 - 1, 2**31 - 1), (2**31, -(2**31)), (2**32 - 1, -1)],
)
def test_a_version_is_shown_with_a_sign(version: int, shown: int) -> None:
    data = read_json(to_node_json(replace(TRANSACTION, version=version)))
    assert data["version"] == shown
    del data["hex"], data["size"]
    for each in data["vout"]:
        del each["n"]
    assert read_node_json(data).transaction.version == version


def test_a_value_of_zero_and_zero_tokens_are_read() -> None:
    data = written()
    data["vin"][1]["value"] = 0
    assert read_node_json(data).source_outputs[1] == Output(0, *_rest(SPENT[1]))


def _rest(output: Output) -> tuple[bytes, Token | None]:
    return output.locking_bytecode, output.token


COINBASE = Transaction(
    (Input(*NULL_OUTPOINT, b"\x03\x01\x02\x03", 0),), (Output(625_000_000, p2pkh(bytes(20))),)
)


def test_a_coinbase_is_read_and_has_no_spent_output() -> None:
    text = to_node_json(COINBASE)
    (item,) = json.loads(text)["vin"]
    assert item == {"coinbase": "03010203", "sequence": 0}
    data = read_json(text)
    for _ in range(2):
        found = read_node_json(data)
        assert found.transaction == COINBASE
        with pytest.raises(FormatError, match="a coinbase spends no output"):
            found.require_sources()
        data.pop("hex", None)
    with pytest.raises(EncodeError, match="a coinbase spends no output"):
        to_node_json(COINBASE, SPENT[:1])
    two = replace(COINBASE, inputs=COINBASE.inputs * 2)
    assert read_node_json(read_json(to_node_json(two, SPENT))).source_outputs == SPENT


def test_outputs_that_are_missing_are_named_and_can_be_given() -> None:
    found = read_node_json(read_json(to_node_json(TRANSACTION)))
    assert found.missing == (0, 1)
    said = "input 0: prevout is missing: ask getrawtransaction with verbosity 2; input 1 lacks"
    with pytest.raises(FormatError, match=said):
        found.require_sources()
    data = written()
    del data["vin"][1]["scriptPubKey"]
    one = read_node_json(data)
    assert one.source_outputs == (SPENT[0], None)
    with pytest.raises(FormatError, match=r"^input 1: prevout is missing: ask") as caught:
        _ = one.coins
    assert caught.value.field == "inputs[1]"
    whole = one.with_coins([Coin(CATEGORY, 0, SPENT[1]), Coin(CATEGORY, 5, SPENT[0])])
    assert whole.require_sources() == SPENT
    assert whole.coins == (Coin(CATEGORY[::-1], 1, SPENT[0]), Coin(CATEGORY, 0, SPENT[1]))
    # What is told is not replaced.
    assert whole.with_coins([Coin(CATEGORY, 0, SPENT[0])]) == whole


REVERSED = bytes.fromhex(transaction_id(TRANSACTION))[::-1].hex()


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("txid",), "00" * 32, '"txid" is 00'),
        (("txid",), REVERSED, '"txid" is the txid in the wire\'s byte order'),
        (("hash",), "00", '"hash" has 1 bytes, not 32'),
        (("hex",), "0g", '"hex" is not hexadecimal'),
        (("hex",), "00", '"hex" is not a transaction: version is cut off'),
        (("vin",), [], '"vin" lists 0 inputs, the transaction has 2'),
        (("vin",), [*written()["vin"], {}], '"vin" lists 3 inputs, the transaction has 2'),
        (("vin",), None, '"vin" is missing'),
        (("vin", 0, "vout"), 2, r'"vin\[0\]" does not spend what input 0 spends: 0001'),
        (("vin", 1, "txid"), "00" * 32, r'"vin\[1\]" does not spend what input 1 spends'),
        (("vin", 1, "txid"), 5, r'"vin\[1\].txid" is a number, not text'),
        (("vin", 0, "value"), "1", r'"vin\[0\].value" is text, not a number'),
        (("vin", 0, "value"), None, r'"vin\[0\].value" is missing'),
        (("vin", 0, "scriptPubKey"), {}, r'"vin\[0\].scriptPubKey.hex" is missing'),
        (("vin", 0, "tokenData", "amount"), 5, r'tokenData.amount" is a number, not text'),
        (("vin", 0, "tokenData", "amount"), "0", r'tokenData" has neither an amount nor an NFT'),
        (("vin", 0, "tokenData", "amount"), str(2**63), r"expected 0 to 9223372036854775807"),
        (("vin", 0, "tokenData", "category"), "00", r'tokenData.category" has 1 bytes, not 32'),
        (("vin", 1, "tokenData", "nft", "capability"), "all", "'all', not one of none, mutable"),
        (("vin", 1, "tokenData", "nft", "commitment"), None, 'nft.commitment" is missing'),
    ],
)
def test_a_field_that_is_wrong_is_named(
    place: tuple[str | int, ...], value: object, said: str
) -> None:
    data = inner = written()
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    with pytest.raises(FormatError, match=said):
        read_node_json(data)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("version",), 3, '"txid" is '),
        (("version",), -(2**31) - 1, '"version" is -2147483649: expected 0 to'),
        (("version",), None, '"version" is missing'),
        (("version",), "2", '"version" is text, not an integer'),
        (("version",), True, '"version" is true or false, not an integer'),
        (("size",), 5, '"size" is 5, the fields make 142 bytes'),
        (("size",), 500, '"size" is 500, the fields make 142 bytes'),
        (("locktime",), "0", '"locktime" is text'),
        (("vout", 0, "n"), 1, r'"vout\[0\].n" is not 0: the outputs stand in their order'),
        (("vout", 1, "n"), 0, r'"vout\[1\].n" is not 1: the outputs stand in their order'),
        (("vout", 0, "value"), 2.5, '"txid" is '),
        (("vout", 0, "scriptPubKey", "hex"), "ef" + "00" * 22, "cannot be encoded: a locking"),
        (("vin", 0, "scriptSig"), None, r'"vin\[0\].scriptSig" is missing'),
        (("vin", 0, "sequence"), 2**32, r'"vin\[0\].sequence" is 4294967296'),
    ],
)
def test_a_transaction_made_of_fields_is_checked_against_its_txid(
    place: tuple[str | int, ...], value: object, said: str
) -> None:
    data = inner = written()
    del data["hex"]
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    with pytest.raises(FormatError, match=said):
        read_node_json(data)


def test_fields_without_a_txid_are_not_taken_on_trust() -> None:
    data = written()
    for name in ("hex", "txid", "hash"):
        del data[name]
    with pytest.raises(FormatError, match='neither "hex" nor "txid"'):
        read_node_json(data)


def test_what_gettxout_answers_is_a_coin() -> None:
    (spent, _) = written()["vin"]
    answer = {"bestblock": "00" * 32, "confirmations": 5, "coinbase": False}
    answer.update({name: spent[name] for name in ("value", "scriptPubKey", "tokenData")})
    txid = CATEGORY.hex()
    assert read_txout(answer, txid, 3) == Coin(CATEGORY[::-1], 3, SPENT[0])
    with pytest.raises(FormatError, match=f"null: {txid}:3 is spent, or was never there"):
        read_txout(None, txid, 3)
    with pytest.raises(FormatError, match='"txid" has 1 bytes'):
        read_txout(answer, "00", 3)


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(EncodeError, match="1 spent outputs, 2 inputs"):
        to_node_json(TRANSACTION, SPENT[:1])
    with pytest.raises(EncodeError, match="source output 1 must be an Output"):
        to_node_json(TRANSACTION, [SPENT[0], None])  # type: ignore[list-item]
    with pytest.raises(AddressError, match="unknown network"):
        to_node_json(TRANSACTION, SPENT, network="moon")


# Transaction 36a3692a... of the main network, as the Electrum protocol's documentation shows what a
# node answers with verbosity 1: numbers without their last zeros.
SIGNATURE = (
    "30440220229ea5359a63c2b83a713fcc20d8c41b20d48fe639a639d2a8246a137f29d0fc02201de12de9c056912a"
    "4e581a62d12fb5f43ee6c08ed0238c32a1ee769213ca8b8b"
)
PUBLIC_KEY = "03bcf9a004f1f7a9a8d8acce7b51c983233d107329ff7c4fb53e44c855dbe1f6a4"
HASHES = ("1041fb024bd7a1338ef1959026bbba860064fe5f", "45dac110239a7a3814535c15858b939211f85298")
ADDRESSES = ("12UxrUZ6tyTLoR1rT1N4nuCgS9DDURTJgP", "17NMgYPrguizvpJmB1Sz62ZHeeFydBYbZJ")
MAIN_NETWORK = f'''{{
  "hash": "36a3692a41a8ac60b73f7f41ee23f5c917413e5b2fad9e44b34865bd0d601a3d",
  "locktime": 519777, "size": 225, "version": 1,
  "txid": "36a3692a41a8ac60b73f7f41ee23f5c917413e5b2fad9e44b34865bd0d601a3d",
  "vin": [{{
    "scriptSig": {{
      "asm": "{SIGNATURE}[ALL|FORKID] {PUBLIC_KEY}",
      "hex": "47{SIGNATURE}4121{PUBLIC_KEY}"
    }},
    "sequence": 4294967294, "vout": 0,
    "txid": "84b4c10680c4b74c04f7d858511c42a6c208bae93f4d692983830a962c14b95b"
  }}],
  "vout": [
    {{"n": 0, "scriptPubKey": {{"hex": "76a914{HASHES[0]}88ac"}}, "value": 0.0856647}},
    {{"n": 1, "scriptPubKey": {{"hex": "76a914{HASHES[1]}88ac"}}, "value": 0.1360904}}
  ]
}}'''


def test_a_transaction_of_the_main_network_is_put_together_from_its_fields() -> None:
    for parse in (read_json, json.loads):
        found = read_node_json(parse(MAIN_NETWORK))
        assert [output.value for output in found.transaction.outputs] == [8_566_470, 13_609_040]
        assert transaction_id(found.transaction).startswith("36a3692a41a8ac60")
    written = json.loads(to_node_json(found.transaction))
    given = json.loads(MAIN_NETWORK)
    assert written["vin"] == given["vin"]
    shown = [decode_address(each["scriptPubKey"]["addresses"][0]) for each in written["vout"]]
    assert shown == [decode_address(address) for address in ADDRESSES]
    assert (written["size"], written["version"]) == (225, 1)
