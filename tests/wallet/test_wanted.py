"""Pushes that are parted at signatures which are yet to be made, and what others see of these."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bchcov import (
    BuildError,
    BuildRefused,
    Coin,
    EncodeError,
    InvalidKey,
    Output,
    PrivateKey,
    ScriptUnlocker,
    Signature,
    TransactionBuilder,
    TransactionContext,
    assemble,
    multisig,
    p2sh32,
)
from bchcov.crypto.hashes import hash160
from bchcov.script.pushes import encode_push
from bchcov.wallet import CosignedTransaction, PublicKey
from bchcov.wallet.wanted import WantedSignatures, joined, placeholder, split_at

KEYS = [PrivateKey(bytes((value,)) * 32) for value in (1, 2, 3)]
NAMES = ("first", "second", "third")
SIGNATURES = {
    placeholder(name): WantedSignatures("signature", (key.public_key,), b"\x51")
    for name, key in zip(NAMES, KEYS, strict=True)
}


@given(st.lists(st.sampled_from(NAMES) | st.binary(max_size=100), max_size=6))
def test_pushes_are_parted_at_each_signature_wherever_it_stands(items: list[str | bytes]) -> None:
    pushes = [encode_push(placeholder(each) if isinstance(each, str) else each) for each in items]
    asked = {placeholder(each): SIGNATURES[placeholder(each)] for each in items if each in NAMES}
    parts = split_at(b"".join(pushes), asked)
    assert [each for each in parts if not isinstance(each, bytes)] == [
        asked[placeholder(each)] for each in items if isinstance(each, str)
    ]
    # What is between them is as it was.
    back = {each: key for key, each in asked.items()}
    assert b"".join(
        each if isinstance(each, bytes) else encode_push(back[each]) for each in parts
    ) == b"".join(pushes)


@pytest.mark.parametrize("name", NAMES)
def test_a_signature_that_is_no_push_of_its_own_cannot_wait(name: str) -> None:
    asked = {key: each for key, each in SIGNATURES.items() if key == placeholder(name)}
    signer = asked[placeholder(name)].signers[0]
    for code in (b"", encode_push(placeholder(name) + b"\x00"), encode_push(placeholder("other"))):
        with pytest.raises(BuildError, match=f"0x{signer.hex()} is not pushed as a single item"):
            split_at(code, asked)


def test_no_two_placeholders_are_alike_and_each_has_the_size_of_a_signature() -> None:
    assert len({placeholder(str(at)) for at in range(100)}) == 100
    assert {len(placeholder(str(at))) for at in range(100)} == {65}


@pytest.mark.parametrize("kind", ["signature", "p2pkh", "multisig"])
def test_only_of_a_p2pkh_input_a_key_is_the_same_as_its_hash(
    kind: Literal["signature", "p2pkh", "multisig"],
) -> None:
    public_keys = tuple(key.public_key for key in KEYS[: 2 if kind == "multisig" else 1])
    hashes = tuple(map(hash160, public_keys))
    code = multisig(2, public_keys) if kind == "multisig" else b"\x51"
    wanted = WantedSignatures(kind, public_keys, code, required=len(public_keys))
    assert wanted.unsigned.signers == (hashes if kind == "p2pkh" else public_keys)
    assert wanted.unsigned.unsigned == wanted.unsigned
    by_hash = replace(wanted, signers=hashes)
    assert by_hash.is_of(public_keys[0]) is (kind == "p2pkh")
    assert (by_hash.unsigned == wanted.unsigned) is (kind == "p2pkh")


def context() -> TransactionContext:
    coin = Coin(b"\x11" * 32, 0, Output(20_000, KEYS[0].locking_bytecode))
    unlocker = ScriptUnlocker([b""])
    built = TransactionBuilder().spend(coin, unlocker).pay(Output(9_000, b"\x51")).build_exactly()
    return TransactionContext(built.transaction, built.source_outputs)


@pytest.mark.parametrize(
    ("public_key", "signature", "error", "message"),
    [
        ("02", b"\x01" * 65, EncodeError, "public key must be bytes, not a str"),
        (KEYS[0].public_key, "00", EncodeError, "signature must be bytes, not a str"),
        (KEYS[1].public_key, b"\x01" * 65, InvalidKey, "needs no signature of 0x"),
        (KEYS[0].public_key, b"", InvalidKey, "has 0 bytes: expected at least 2"),
        (KEYS[0].public_key, b"\x61", InvalidKey, "has 1 bytes: expected at least 2"),
        (KEYS[0].public_key, b"\x00\x61", InvalidKey, "is ecdsa, expected schnorr"),
        (KEYS[0].public_key, bytes(64) + b"\x61", InvalidKey, "does not verify"),
    ],
)
@pytest.mark.parametrize("kind", ["signature", "p2pkh"])
def test_what_is_no_signature_of_the_key_is_not_added(
    kind: Any, public_key: Any, signature: Any, error: type[Exception], message: str
) -> None:
    wanted = WantedSignatures(kind, (KEYS[0].public_key,), KEYS[0].locking_bytecode)
    with pytest.raises(error, match=message):
        wanted.add(context(), 0, public_key, signature)
    with pytest.raises(InvalidKey, match="key must be a PrivateKey, not a PublicKey"):
        wanted.sign(context(), 0, PublicKey(KEYS[0].public_key))  # type: ignore[arg-type]
    assert joined([b"\x51", wanted.sign(context(), 0, KEYS[0]), b"\x52"])[-1:] == b"\x52"


def test_a_refusal_that_nobody_explains_is_told_as_it_is() -> None:
    script = assemble(f"OP_5 OP_EQUALVERIFY <0x{KEYS[0].public_key.hex()}> OP_CHECKSIG")
    unlocker = ScriptUnlocker([Signature(PublicKey(KEYS[0].public_key)), 4], script)
    coin = Coin(b"\x11" * 32, 0, Output(20_000, p2sh32(script)))
    start = TransactionBuilder().spend(coin, unlocker).change_to(KEYS[1].locking_bytecode)
    made = start.cosign().sign(KEYS[0])
    # As it is when it was read from a file.
    for each in (made, CosignedTransaction(made.unsigned, made.parts)):
        with pytest.raises(BuildRefused, match="EQUALVERIFY") as caught:
            each.build()
        assert caught.value.contract is None
