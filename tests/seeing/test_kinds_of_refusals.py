"""Refused spends of many kinds: each screen says what is wrong, without reading bytecode."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.refusals import ALICE, BOB, CATEGORY, PAID, bare

from bchcov import (
    BCH_SPEC,
    Capability,
    Chain,
    Coin,
    Contract,
    Input,
    Nft,
    Output,
    P2pkhUnlocker,
    PrivateKey,
    Token,
    Transaction,
    TransactionBuilder,
    TransactionContext,
    assemble,
    compile_contract,
    load_contract,
    p2pkh,
    p2sh20,
    p2sh32,
    see,
    see_built,
    see_submission,
    signature_digest,
    why,
)
from bchcov.contract.argument_types import ArgumentValue
from bchcov.crypto.hashes import sha256
from bchcov.crypto.secp256k1 import sign_ecdsa, sign_schnorr
from bchcov.formats import read_wallet_template
from bchcov.script.pushes import encode_push
from bchcov.seeing import Spending

ARTIFACT = Path(__file__).parent.parent / "contract" / "artifacts" / "Escrow-0.13.0-next.1.json"
MOST_LINES = 40


def hashed(script: str, *pushes: str) -> Spending:
    """A spend of a P2SH32 coin with what is pushed in front of the redeem script."""
    code = assemble(script)
    unlocking = assemble(" ".join(pushes)) + encode_push(code)
    transaction = Transaction((Input(b"\xaa" * 32, 0, unlocking),), (PAID,))
    return see(transaction, [Output(10_000, p2sh32(code))])


def spent(contract: Contract, token: Token | None, after: Token | None) -> Spending:
    """A spend of a contract's coin that pushes nothing, with the tokens before and after."""
    transaction = Transaction(
        (Input(b"\xaa" * 32, 0, encode_push(contract.code)),),
        (Output(9_000, p2pkh(bytes(20)), after),),
    )
    return see(transaction, [contract.output(10_000, token)], contracts=[contract])


def paid(coin: Output, *outputs: Output, key: PrivateKey = ALICE) -> Spending:
    """A coin that is spent with a key."""
    builder = TransactionBuilder().spend(Coin(b"\xaa" * 32, 1, coin), P2pkhUnlocker(key))
    built = builder.pay(*outputs).build_exactly()
    known = {"Alice": ALICE.public_key, "Bob": BOB.public_key}
    return see(built.transaction, [coin], known=known)


def signatures_in_another_order() -> Spending:
    keys = f"<0x{ALICE.public_key.hex()}> <0x{BOB.public_key.hex()}>"
    code = assemble(f"<2> {keys} <2> OP_CHECKMULTISIG")
    coins = [Output(10_000, p2sh20(code))]
    transaction = Transaction((Input(b"\xaa" * 32, 0, b""),), (PAID,))
    digest = signature_digest(TransactionContext(transaction, coins), 0, code, 0x41)
    made = [sign_ecdsa(key.secret, digest) + b"\x41" for key in (BOB, ALICE)]
    unlocking = b"\x00" + b"".join(map(encode_push, (*made, code)))
    return see(replace(transaction, inputs=(Input(b"\xaa" * 32, 0, unlocking),)), coins)


def another_hash_type() -> Spending:
    coin = Output(10_000, ALICE.locking_bytecode)
    spending = paid(coin, Output(9_000, p2pkh(bytes(20))))
    (item,) = spending.transaction.inputs
    # Signed for all outputs and coins, and told to be signed for all outputs alone.
    code = item.unlocking_bytecode.replace(b"\x61\x21", b"\x41\x21", 1)
    changed = replace(spending.transaction, inputs=(replace(item, unlocking_bytecode=code),))
    return replace(spending, transaction=changed)


def displayed_category() -> Spending:
    source = "// @parameter bytes32 token\nOP_0 OP_UTXOTOKENCATEGORY <token> OP_EQUALVERIFY OP_1"
    contract = compile_contract("guard", {"token": CATEGORY[::-1]}, source=source)
    return spent(contract, Token(CATEGORY, 7), Token(CATEGORY, 7))


def lost_capability() -> Spending:
    source = (
        "OP_0 OP_OUTPUTTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY OP_EQUALVERIFY // [on] goes on\nOP_1"
    )
    contract = compile_contract("thread", source=source)
    before = Token(CATEGORY, 0, Nft(b"\x01", Capability.MUTABLE))
    return spent(contract, before, Token(CATEGORY, 0, Nft(b"\x02")))


def changed_immutable() -> Spending:
    coin = Output(10_000, ALICE.locking_bytecode, Token(CATEGORY, 0, Nft(b"\x01")))
    return paid(coin, Output(9_000, p2pkh(bytes(20)), Token(CATEGORY, 0, Nft(b"\x02"))))


def too_late_a_locktime() -> Spending:
    return bare("<800000> OP_CHECKLOCKTIMEVERIFY", locktime=800_001)


def age_of_version_one() -> Spending:
    spending = bare("<10> OP_CHECKSEQUENCEVERIFY", sequence=10)
    return replace(spending, transaction=replace(spending.transaction, version=1))


def in_a_function() -> Spending:
    source = (
        "<OP_DUP <10> OP_LESSTHAN OP_VERIFY OP_1ADD> <0> OP_DEFINE // [small] below ten\n"
        "<0> OP_BEGIN OP_1ADD OP_SWAP <0> OP_INVOKE OP_SWAP OP_DUP <9> OP_EQUAL OP_UNTIL\n"
        "OP_DROP <20> OP_EQUAL"
    )
    contract = compile_contract("steps", source=source)
    spending = spent(contract, None, None)
    unlocking = assemble("<5>") + encode_push(contract.code)
    item = replace(spending.transaction.inputs[0], unlocking_bytecode=unlocking)
    return replace(spending, transaction=replace(spending.transaction, inputs=(item,)))


def required_in_cashscript() -> Spending:
    hashes: dict[str, ArgumentValue] = {
        "arbiter": ALICE.public_key_hash,
        "buyer": BOB.public_key_hash,
        "seller": bytes(20),
        "fee": 1_000,
    }
    contract = load_contract(ARTIFACT, hashes)
    coin = contract.coin("77" * 32, 0, 50_000)
    path = contract.unlock.release(ALICE.public_key, ALICE, False)
    builder = TransactionBuilder().spend(coin, path)
    built = builder.pay(Output(40_000, p2pkh(bytes(20)))).build_exactly()
    return see_built(built, contracts=[contract])


def scenario_of_a_template() -> Spending:
    template = {
        "entities": {"owner": {"scripts": ["lock", "spend"], "variables": {}}},
        "scripts": {
            "lock": {"lockingType": "p2sh32", "script": "<answer> OP_EQUAL"},
            "spend": {"unlocks": "lock", "script": "<given>", "fails": ["wrong"]},
        },
        "scenarios": {"wrong": {"data": {"bytecode": {"answer": "1000", "given": "1001"}}}},
        "supported": ["BCH_2026_05"],
        "version": 0,
    }
    template["entities"]["owner"]["variables"] = {  # type: ignore[index]
        name: {"type": "WalletData"} for name in ("answer", "given")
    }
    made = read_wallet_template(json.dumps(template)).scenario("wrong", "spend")
    return see(made.transaction, made.source_outputs, BCH_SPEC)


def signed_data(message: bytes) -> Spending:
    signature = sign_schnorr(ALICE.secret, sha256(message))
    script = f"<0x{ALICE.public_key.hex()}> OP_CHECKDATASIG"
    return hashed(script, f"<0x{signature.hex()}>", "<'message'>")


def spent_twice() -> Spending:
    chain = Chain()
    (coin,) = chain.fund(Output(50_000, ALICE.locking_bytecode))
    builder = TransactionBuilder().spend(coin, P2pkhUnlocker(ALICE))
    first, second = (
        builder.pay(Output(value, p2pkh(bytes(20)))).build_exactly() for value in (4_000, 5_000)
    )
    chain.mine([first.transaction])
    return see_submission(chain.submit(second.transaction))


KINDS: dict[str, tuple[Callable[[], Spending], tuple[str, ...]]] = {
    "signatures in another order": (
        signatures_in_another_order,
        ("SIG_NULLFAIL", "they have to be in the order of the keys"),
    ),
    "another hash type": (another_hash_type, ("hash type",)),
    "displayed category": (
        displayed_category,
        ("category of the coin of input 0", "= token", "ids are displayed in reverse"),
    ),
    "lost capability": (lost_capability, ("[on] goes on", "byte 0x01 of a mutable NFT")),
    "changed immutable NFT": (
        changed_immutable,
        ("TOKEN_IMMUTABLE", "input 0 spends is immutable"),
    ),
    "not the shortest push": (
        lambda: bare("<5> OP_ADD <9> OP_NUMEQUAL", b"\x01\x04"),
        ("MINIMALDATA", "the shortest push of 0x04 is OP_4"),
    ),
    "final sequence": (too_late_a_locktime, ("switches the locktime off: give it 0xfffffffe",)),
    "age of version 1": (age_of_version_one, ("ages need a transaction of version 2",)),
    "hashes over the budget": (
        lambda: hashed(
            "<0> OP_BEGIN OP_1ADD OP_DUP OP_HASH256 OP_DROP OP_DUP <99> OP_EQUAL OP_UNTIL"
        ),
        ("in round ", "hash iterations 28 of 26", "bytes more: hash less"),
    ),
    "stack not clean": (
        lambda: hashed("OP_ADD OP_7 OP_NUMEQUAL", "<9> <3> <4>"),
        ("CLEANSTACK", "9 (0x09), push 1 of the unlocking bytecode", "pushes 4 items"),
    ),
    "in a function": (
        in_a_function,
        ("[small] below ten", "called by OP_INVOKE at byte 13", "10 (0x0a), made by OP_1ADD"),
    ),
    "function that is not there": (
        lambda: hashed("<OP_1> <8> OP_DEFINE <7> OP_INVOKE"),
        ("function 0x07 is not defined", "defined so far: 0x08"),
    ),
    "block left open": (
        lambda: hashed("OP_1 OP_IF OP_BEGIN OP_1 OP_UNTIL OP_1"),
        ("UNBALANCED_CONDITIONAL", "the OP_IF at byte 1 is not closed"),
    ),
    "require of CashScript": (
        required_in_cashscript,
        ("Escrow.cash:8", "output 0 pays another amount", "40,000 (0x409c00), value of output 0"),
    ),
    "scenario of a template": (
        scenario_of_a_template,
        ("EVAL_FALSE", "1,001 (0xe903), push 1 of the unlocking bytecode", "differ by 1"),
    ),
    "redeem script forgotten": (
        lambda: replace(
            hashed("OP_1"), transaction=Transaction((Input(b"\xaa" * 32, 0, b"\x55"),), (PAID,))
        ),
        ("ends with OP_5: its last push has to be the redeem script",),
    ),
    "key of somebody else": (
        lambda: replace(
            paid(Output(10_000, BOB.locking_bytecode), Output(9_000, p2pkh(bytes(20))), key=BOB),
            source_outputs=(Output(10_000, ALICE.locking_bytecode),),
        ),
        ("= Bob", "HASH160 of Alice", "is not the public key of this coin"),
    ),
    "signature of other data": (
        lambda: signed_data(b"another"),
        ("OP_CHECKDATASIG", '"message"', "it is of another message or of another key"),
    ),
    "data hashed twice": (
        lambda: signed_data(sha256(b"message")),
        ("the signature is made of the SHA256 of the message",),
    ),
    "more paid than spent": (
        lambda: paid(Output(10_000, ALICE.locking_bytecode), Output(11_000, p2pkh(bytes(20)))),
        ("TX_OUTPUTS_EXCEED_INPUTS", "1,000 too many"),
    ),
    "spent twice": (spent_twice, ("the coin", "is spent by")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_one_screen_says_what_is_wrong(kind: str) -> None:
    make, expected = KINDS[kind]
    explained = why(make())
    assert explained is not None
    shown = str(explained)
    for text in expected:
        assert text in " ".join(shown.split()) or text in shown, shown
    assert len(shown.splitlines()) <= MOST_LINES
    assert max(map(len, shown.splitlines())) <= 100
    assert all(each == "\n" or each.isprintable() for each in shown)
    json.dumps(explained.as_dict())


def test_an_argument_of_one_of_several_paths_has_its_name() -> None:
    shown = str(why(required_in_cashscript()))
    assert "argument toSeller" in shown
    assert "chooses release" in shown
