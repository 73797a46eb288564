"""A refusal is explained on one screen, by what is certain."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from support.refusals import (
    ALICE,
    BOB,
    CATEGORY,
    PAID,
    bare,
    signed,
    vault,
    wrong_redeem_script,
)

from bchcov import (
    Chain,
    EncodeError,
    Input,
    Output,
    Token,
    Transaction,
    TransactionContext,
    assemble,
    p2pkh,
    signature_digest,
)
from bchcov.crypto.hashes import hash160
from bchcov.crypto.secp256k1 import sign_ecdsa, sign_schnorr
from bchcov.seeing import Explanation, Spending, see, see_submission, why

ADD = "OP_ADD <5> OP_EQUAL"


def explained(spending: Spending) -> Explanation:
    found = why(spending)
    assert found is not None
    return found


# A spend that is refused, and what has to be among the hints, or in the screen.
KINDS: list[tuple[str, Callable[[], Spending], str]] = [
    (
        "a displayed category",
        lambda: vault(CATEGORY[::-1]),
        "the lower item is the upper one in reverse (token): ids are displayed in reverse",
    ),
    (
        "a value above a limit",
        lambda: vault(value=9_000),
        "the false item is that of OP_LESSTHANOREQUAL at byte 41, of 9,000 (0x2823), value of"
        " output 0 and 5,000 (0x8813), limit",
    ),
    ("no signature", vault, "the signature is the empty item: this input is not signed"),
    (
        "another hash type",
        lambda: signed(told=0x61, made=0x41),
        "the signature is made with hash type 0x41 and says 0x61",
    ),
    (
        "another hash type, ECDSA",
        lambda: signed(told=0x41, made=0xC3, is_ecdsa=True),
        "the signature is made with hash type 0xc3 and says 0x41",
    ),
    (
        "an output that was added",
        lambda: signed(change=lambda given: replace(given, outputs=given.outputs[:1])),
        "the signature is valid for something else: it is made without output 1",
    ),
    (
        "outputs in another order",
        lambda: signed(change=lambda given: replace(given, outputs=given.outputs[::-1])),
        "it is made with outputs 0 and 1 swapped",
    ),
    (
        "another version",
        lambda: signed(change=lambda given: replace(given, version=1)),
        "it is made for version 1, not 2",
    ),
    (
        "another sequence number",
        lambda: signed(
            change=lambda given: replace(
                given, inputs=tuple(replace(each, sequence=0xFFFFFFFF) for each in given.inputs)
            )
        ),
        "it is made for the sequence number 0xffffffff in all inputs",
    ),
    (
        "the key of somebody else",
        lambda: replace(signed(BOB), known={"alice": ALICE.public_key, "bob": BOB.public_key}),
        "the signature is that of another key, bob: the script asks for alice",
    ),
    (
        "the key of somebody else, ECDSA",
        lambda: replace(
            signed(BOB, is_ecdsa=True), known={"alice": ALICE.public_key, "bob": BOB.public_key}
        ),
        "the signature is that of another key, bob: the script asks for alice",
    ),
    (
        "amounts that nobody knows",
        lambda: signed(
            change=lambda given: replace(
                given, outputs=(replace(given.outputs[0], value=8_123), given.outputs[1])
            )
        ),
        "the signature is not explained by one mistake",
    ),
    (
        "a coin of another key",
        lambda: signed(coin=Output(10_000, p2pkh(hash160(BOB.public_key)))),
        "is not the public key of this coin: its HASH160 is 0x5dedfbf9ea59",
    ),
    (
        "a final sequence number",
        lambda: bare("<500> OP_CHECKLOCKTIMEVERIFY OP_DROP OP_1", locktime=600),
        "input 0 has the final sequence number 0xffffffff, which switches the locktime off",
    ),
    (
        "a locktime that is too early",
        lambda: bare("<500> OP_CHECKLOCKTIMEVERIFY OP_DROP OP_1", locktime=400, sequence=1),
        "set the transaction's locktime to 500 at least: 400 is too early",
    ),
    (
        "a time instead of a height",
        lambda: bare("<1600000000> OP_CHECKLOCKTIMEVERIFY OP_DROP OP_1", locktime=400, sequence=1),
        "numbers below 500,000,000 are block heights",
    ),
    (
        "a coin that is too young",
        lambda: bare("<10> OP_CHECKSEQUENCEVERIFY OP_DROP OP_1", sequence=3),
        "give input 0 the sequence number 10 at least",
    ),
    (
        "a push that is too long",
        lambda: bare("OP_5 OP_EQUAL", b"\x01\x05"),
        "the shortest push of 0x05 is OP_5 (bytes 0x55)",
    ),
    (
        "a number that is too long",
        lambda: bare("OP_1ADD OP_6 OP_EQUAL", b"\x02\x05\x00"),
        "0x0500 is the number 5 with bytes to spare: 0x05 is its shortest form",
    ),
    (
        "bytes instead of numbers",
        lambda: bare("<0x0500> OP_EQUAL", b"\x55"),
        "both are the number 5, in 1 and 2 bytes: OP_EQUAL compares bytes",
    ),
    (
        "a number that is off",
        lambda: bare("OP_0 OP_OUTPUTVALUE OP_NUMEQUALVERIFY OP_1", "<8999>"),
        "8,999 and 9,000 differ by 1",
    ),
    (
        "the opposite order of bytes",
        lambda: bare("OP_0 OP_OUTPUTVALUE OP_EQUAL", "<0x2328>"),
        "the bytes of the number are in the opposite order: numbers are little-endian",
    ),
    (
        "an item that is not hashed",
        lambda: bare(f"<0x{hash160(b'secret').hex()}> OP_EQUAL", "<'secret'>"),
        "the upper item is HASH160 of the lower one: one is not hashed yet",
    ),
    (
        "a category with a capability",
        lambda: bare(f"<0x{CATEGORY.hex()}> OP_EQUAL", f"<0x{CATEGORY.hex()}02>"),
        "the lower item is the category with the byte 0x02 of a minting NFT",
    ),
    (
        "a budget that is exceeded",
        lambda: bare("OP_BEGIN OP_1ADD OP_DUP <100000> OP_EQUAL OP_UNTIL", "OP_1"),
        "operation cost 33,699 of 33,600: 99 too many",
    ),
    (
        "another redeem script",
        wrong_redeem_script,
        "the redeem script of 4 bytes is not the one of this coin",
    ),
    (
        "an argument that is missing",
        lambda: bare(ADD, "OP_1"),
        "the unlocking bytecode pushes 1 item: an argument is missing",
    ),
    (
        "an argument too many",
        lambda: bare(ADD, "OP_1 OP_2 OP_3"),
        "the unlocking bytecode pushes 3 items, of which the scripts left 1 on the stack",
    ),
    (
        "an output that is not there",
        lambda: bare("OP_3 OP_OUTPUTVALUE"),
        "the transaction has 1 outputs, counted from 0",
    ),
    (
        "a category in the displayed order",
        lambda: bare(
            "OP_1 OP_EQUAL",
            "OP_1",
            outputs=(Output(4_000, PAID.locking_bytecode, Token(CATEGORY[::-1], 5)),),
            token=Token(CATEGORY, 5),
        ),
        "the category of output 0 is in the displayed order",
    ),
    (
        "more than is spent",
        lambda: bare("OP_1 OP_EQUAL", "OP_1", outputs=(replace(PAID, value=10_500),)),
        "10,000 satoshis are spent and 10,500 paid to 1 outputs: 500 too many",
    ),
]


@pytest.mark.parametrize(
    ("make", "hint"), [each[1:] for each in KINDS], ids=[each[0] for each in KINDS]
)
def test_a_refusal_is_explained_on_one_screen(make: Callable[[], Spending], hint: str) -> None:
    screen = str(explained(make()))
    lines = screen.split("\n")
    assert hint in " ".join(screen.split())
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 100
    assert screen.isprintable() or all(line.isprintable() for line in lines)
    json.dumps(explained(make()).as_dict())


@pytest.mark.parametrize("name", ["OP_CHECKSIGVERIFY OP_1", "OP_CHECKSIG"])
def test_a_signature_behind_a_separator_is_found_to_cover_the_whole(name: str) -> None:
    locking = f"OP_CODESEPARATOR <0x{ALICE.public_key.hex()}> {name}"
    spending = bare(locking)
    code = spending.source_outputs[0].locking_bytecode
    context = TransactionContext(spending.transaction, spending.source_outputs)
    made = sign_schnorr(ALICE.secret, signature_digest(context, 0, code, 0x41)) + b"\x41"
    screen = str(explained(bare(locking, f"<0x{made.hex()}>")))
    assert "it covers the whole script, not what is behind OP_CODESEPARATOR" in " ".join(
        screen.split()
    )


def test_signatures_of_several_keys_are_told_apart() -> None:
    locking = f"OP_2 <0x{ALICE.public_key.hex()}> <0x{BOB.public_key.hex()}> OP_2 OP_CHECKMULTISIG"
    spending = bare(locking)
    code = spending.source_outputs[0].locking_bytecode
    context = TransactionContext(spending.transaction, spending.source_outputs)
    digest = signature_digest(context, 0, code, 0x41)
    made = [sign_ecdsa(key.secret, digest) + b"\x41" for key in (BOB, ALICE)]
    unlocking = f"OP_0 <0x{made[0].hex()}> <0x{made[1].hex()}>"
    screen = " ".join(str(explained(bare(locking, unlocking))).split())
    assert "the signatures are those of keys 2, 1: they have to be in the order" in screen
    other = sign_ecdsa(bytes(31) + b"\x0b", digest) + b"\x41"
    screen = " ".join(
        str(explained(bare(locking, f"OP_0 <0x{made[1].hex()}> <0x{other.hex()}>"))).split()
    )
    assert "signature 2 of 2 is that of none of the 2 keys" in screen


def test_what_is_accepted_has_no_explanation() -> None:
    assert why(bare(ADD, "OP_2 OP_3")) is None


def test_the_place_of_a_refusal_is_told_in_its_source() -> None:
    found = explained(vault(value=9_000))
    assert (found.source, found.check) == ("vault.cashasm:5", "limit")
    assert (found.phase, found.offset, found.opcode) == ("redeem", 42, "OP_VERIFY")
    assert [line.number for line in found.source_lines if line.is_marked] == [5]
    assert [line.number for line in found.listing if line.is_marked] == [42]
    assert found.sentence == "vault.cashasm:5 [limit] no more than the limit: VERIFY at OP_VERIFY"


def test_items_are_called_by_what_made_them() -> None:
    spending = bare(
        "OP_SWAP OP_0 OP_OUTPUTVALUE OP_TOALTSTACK OP_FROMALTSTACK OP_RETURN", "<7> <8>"
    )
    origins = [item.origin for item in explained(spending).stack]
    assert origins == [
        "value of output 0",
        "push 1 of the unlocking bytecode",
        "push 2 of the unlocking bytecode",
    ]
    assert [item.origin for item in explained(vault(value=9_000)).stack][1] == "argument s"


def test_what_a_chain_refuses_is_explained_with_its_rules() -> None:
    chain = Chain()
    coin = chain.fund(Output(10_000, assemble(ADD)))[0]
    item = Input(coin.outpoint[0], coin.outpoint[1], assemble("OP_2 OP_2"))
    refused = chain.submit(Transaction((item,), (PAID,)))
    assert "OP_EQUAL" in str(explained(see_submission(refused)))
    late = replace(item, unlocking_bytecode=assemble("OP_2 OP_3"), sequence=0)
    found = explained(see_submission(chain.submit(Transaction((late,), (PAID,), locktime=9_999))))
    assert found.problem.reason == "TX_NOT_FINAL"
    poor = replace(item, unlocking_bytecode=assemble("OP_2 OP_3"))
    found = explained(
        see_submission(chain.submit(Transaction((poor,), (replace(PAID, value=9_999),))))
    )
    assert "a fee of 1; with 8" in str(found)
    unknown = chain.submit(Transaction((Input(b"\x01" * 32, 0, b""),), (PAID,)))
    with pytest.raises(EncodeError, match="a coin that it spends never was on this chain"):
        see_submission(unknown)


def test_the_outputs_have_to_be_as_many_as_the_inputs() -> None:
    spending = bare(ADD, "OP_2 OP_3")
    with pytest.raises(EncodeError, match="2 spent outputs for 1 inputs: expected one each"):
        see(spending.transaction, spending.source_outputs * 2)


def test_text_from_outside_cannot_change_a_terminal() -> None:
    hostile = "evil\x1b[31m\n\u202e"
    spending = replace(
        bare("OP_2DROP OP_0", "<0x1b5b33316d41> <0x0102030405>"),
        known={hostile: b"\x01\x02\x03\x04\x05"},
    )
    screen = str(explained(replace(spending, title=hostile)))
    assert "\x1b" not in screen
    assert "\u202e" not in screen


def test_items_that_a_script_leaves_itself_are_not_laid_to_the_unlocking_bytecode() -> None:
    assert explained(bare("OP_VERIFY OP_1 OP_2", "OP_1")).hints == ()
