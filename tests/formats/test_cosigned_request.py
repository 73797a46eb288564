"""A transaction that several people sign, carried between them as a WalletConnect request."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bchcov import (
    BuildError,
    Coin,
    EncodeError,
    MultisigUnlocker,
    Output,
    P2pkhUnlocker,
    PrivateKey,
    RawUnlocker,
    ScriptUnlocker,
    Signature,
    TransactionBuilder,
    assemble,
    multisig,
    p2pkh,
    p2sh20,
    p2sh32,
)
from bchcov.formats import (
    SigningRequest,
    SourceContract,
    add_signatures,
    missing_signatures,
    read_signed,
    read_signing_request,
    sign_request,
    signed_transaction,
    to_signing_request,
    write_signed,
    write_signing_request,
)
from bchcov.script.pushes import encode_push
from bchcov.wallet import CosignedTransaction, KeyHash, PublicKey, Scheme, Unlocker

PEOPLE = tuple(PrivateKey(bytes((value,)) * 32) for value in range(1, 5))
ALICE, BOB, CAROL, DAVE = PEOPLE
FORMS: list[Any] = [bytes, p2sh20, p2sh32]
SCRIPT = multisig(2, [each.public_key for each in (ALICE, BOB, CAROL)])
ESCROW = assemble(
    "OP_5 OP_EQUALVERIFY <a> OP_CHECKSIGVERIFY <b> OP_CHECKSIG",
    {"a": BOB.public_key, "b": DAVE.public_key},
)
CHANGE = p2pkh(bytes(20))


def elsewhere(key: PrivateKey) -> PublicKey:
    return PublicKey(key.public_key)


def all_kinds(scheme: Scheme, form: int) -> list[tuple[bytes, Unlocker]]:
    asked = [Signature(elsewhere(each), scheme=scheme) for each in (DAVE, BOB)]
    owner = KeyHash(CAROL.public_key_hash)
    return [
        (ALICE.locking_bytecode, P2pkhUnlocker(elsewhere(ALICE), scheme=scheme)),
        (CAROL.locking_bytecode, P2pkhUnlocker(owner, scheme=scheme)),
        (FORMS[form](SCRIPT), MultisigUnlocker(SCRIPT, (), form > 0, scheme=scheme)),
        (p2sh32(ESCROW), ScriptUnlocker([*asked, 5], ESCROW)),
        (b"\x51", RawUnlocker()),
    ]


def draft_of(kinds: list[tuple[bytes, Unlocker]]) -> CosignedTransaction:
    builder = TransactionBuilder().change_to(CHANGE)
    for at, (locking, unlocker) in enumerate(kinds):
        builder = builder.spend(Coin(b"\x07" * 32, at, Output(20_000, locking)), unlocker)
    return builder.cosign()


def carried(request: SigningRequest) -> SigningRequest:
    return read_signing_request(json.loads(json.dumps(write_signing_request(request))))


@settings(max_examples=40)
@given(
    st.sampled_from(["schnorr", "ecdsa"]),
    st.integers(0, 2),
    st.lists(st.sampled_from(PEOPLE), unique=True),
    st.lists(st.sampled_from(range(5)), min_size=1, max_size=5, unique=True),
)
def test_all_that_is_signed_arrives_on_another_machine(
    scheme: Scheme, form: int, people: list[PrivateKey], chosen: list[int]
) -> None:
    kinds = all_kinds(scheme, form)
    draft = draft_of([kinds[at] for at in chosen])
    signed = draft
    for key in people:
        waiting = {each for keys in signed.missing.values() for each in keys}
        if {key.public_key, key.public_key_hash} & waiting:
            signed = signed.sign(key)
    request = carried(to_signing_request(signed))
    arrived = add_signatures(draft, request.transaction)
    assert arrived.missing == signed.missing
    # Of three signatures of a multisig of two, one is not needed and does not travel.
    assert arrived == signed or len(people) > 2
    assert to_signing_request(arrived) == to_signing_request(signed)
    # Those whose signatures are missing are the same ones, as far as an input tells them.
    lacking = {each.input for each in missing_signatures(request)}
    assert lacking == set(signed.missing)
    if signed.is_complete:
        assert signed_transaction(request) == arrived.build().transaction


def test_wallets_that_know_only_the_request_sign_it() -> None:
    draft = draft_of(all_kinds("schnorr", 2))
    assert to_signing_request(draft).broadcast
    request = to_signing_request(draft, user_prompt="Sign it", broadcast=False)
    assert (request.user_prompt, request.broadcast) == ("Sign it", False)
    plain, owned, shared, escrow, free = request.transaction.inputs
    assert plain.unlocking_bytecode == owned.unlocking_bytecode == free.unlocking_bytecode == b""
    zeros = b"\x41" + bytes(65)
    assert shared.unlocking_bytecode == b"\x01\x00" + zeros * 2 + encode_push(SCRIPT)
    assert escrow.unlocking_bytecode == zeros * 2 + b"\x55" + encode_push(ESCROW)
    text = write_signing_request(request)
    for key in (ALICE, CAROL):
        answer = write_signed(sign_request(read_signing_request(text), key).transaction)
        draft = add_signatures(draft, read_signed(json.loads(json.dumps(answer))))
    assert list(draft.missing) == [3]
    # Each of two signs their own place of the contract.
    places = missing_signatures(carried(to_signing_request(draft)))
    for key, place in zip((DAVE, BOB), places, strict=True):
        signed = sign_request(carried(to_signing_request(draft)), key, only=[place])
        draft = add_signatures(draft, signed.transaction)
    assert draft.build().verdict


def test_an_ecdsa_multisig_is_signed_on_by_the_same_scheme() -> None:
    draft = draft_of([(p2sh32(SCRIPT), MultisigUnlocker(SCRIPT, p2sh=True, scheme="ecdsa"))])
    request = carried(to_signing_request(draft.sign(ALICE)))
    done = add_signatures(draft, sign_request(request, CAROL).transaction)
    assert done.build().transaction == sign_request(request, CAROL).transaction


def test_what_a_contract_is_goes_with_the_request() -> None:
    draft = draft_of(all_kinds("schnorr", 2)[3:4])
    function = {"name": "settle", "inputs": [{"name": name} for name in ("five", "bob", "dave")]}
    contract = SourceContract(function, ESCROW, {})
    missing = missing_signatures(carried(to_signing_request(draft, contracts=[contract])))
    assert [each.argument for each in missing] == ["dave", "bob"]
    with pytest.raises(BuildError, match="1 inputs, 1 spent outputs and 2 contracts"):
        to_signing_request(draft, contracts=[contract, None])


def test_another_transaction_and_other_things_are_refused() -> None:
    draft = draft_of(all_kinds("schnorr", 0))
    transaction = to_signing_request(draft).transaction
    assert add_signatures(draft, transaction) == draft
    with pytest.raises(BuildError, match="another transaction is signed"):
        add_signatures(draft, replace(transaction, locktime=5))
    with pytest.raises(EncodeError, match="expected a Transaction, got a str"):
        add_signatures(draft, "00")  # type: ignore[arg-type]
    with pytest.raises(EncodeError, match="expected a CosignedTransaction, got a BuiltTransaction"):
        add_signatures(draft.unsigned, transaction)  # type: ignore[arg-type]
    with pytest.raises(EncodeError, match="expected a CosignedTransaction, got a Transaction"):
        to_signing_request(transaction)  # type: ignore[arg-type]


def test_signatures_of_nobody_who_is_asked_are_passed_over() -> None:
    draft = draft_of(all_kinds("schnorr", 2)[:1])
    (item,) = draft.unsigned.transaction.inputs
    (good,) = draft.sign(ALICE).build().transaction.inputs
    for code in (b"\x41" + b"\x01" * 65, b"\x09\x30" + bytes(8), good.unlocking_bytecode[:-1]):
        inputs = (replace(item, unlocking_bytecode=code),)
        assert add_signatures(draft, replace(draft.unsigned.transaction, inputs=inputs)) == draft
