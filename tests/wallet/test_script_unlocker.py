"""What is pushed beside signatures: data signatures, and what a signature covers."""

from __future__ import annotations

import pytest

from bchcov import (
    BCH_2026,
    Coin,
    EncodeError,
    HashType,
    Nft,
    Output,
    PrivateKey,
    RawUnlocker,
    Signature,
    Token,
    TransactionBuilder,
    TransactionContext,
    assemble,
    run_script,
    signature_digest,
)
from bchcov.crypto.hashes import hash256
from bchcov.crypto.secp256k1 import verify_schnorr
from bchcov.encoding.compact_size import encode_compact_size
from bchcov.wallet import PublicKey, Scheme, SigningSerialization
from bchcov.wallet.script_unlocker import DataSignature

KEY = PrivateKey(bytes(31) + b"\x07")
LONGEST_NFT = Token(b"\x22" * 32, 2**63 - 1, Nft(bytes(128)))
SOME_CODE = bytes(300)
NOTHING = RawUnlocker(b"")


def context(token: Token | None = None) -> TransactionContext:
    coin = Coin(b"\x11" * 32, 3, Output(5_000, b"\x51", token))
    other = Coin(b"\x12" * 32, 0, Output(6_000, b"\x52"))
    built = (
        TransactionBuilder(locktime=7)
        .spend(coin, NOTHING, sequence=5)
        .spend(other, NOTHING)
        .pay(Output(9_000, b"\x53"))
        .build_exactly()
    )
    return TransactionContext(built.transaction, built.source_outputs)


def test_a_key_signs_data_as_a_script_checks_it() -> None:
    signature = KEY.sign_data(b"a message")
    assert len(signature) == 64
    for message, ok in ((b"a message", True), (b"another", False)):
        unlocking = assemble("<signature> <message>", {"signature": signature, "message": message})
        script = assemble("<key> OP_CHECKDATASIG", {"key": KEY.public_key})
        result = run_script(unlocking + script, BCH_2026)
        assert result.stack[-1] == b"\x01" if ok else not result.ok


def test_only_bytes_are_signed_as_data() -> None:
    with pytest.raises(EncodeError, match=r"^message must be bytes, not a str"):
        KEY.sign_data("a message")  # type: ignore[arg-type]


@pytest.mark.parametrize("hash_type", [0x41, 0x61, 0x42, 0x43, 0xC1])
@pytest.mark.parametrize("token", [None, LONGEST_NFT])
def test_a_serialization_is_what_the_signature_covers(hash_type: int, token: Token | None) -> None:
    made = SigningSerialization(hash_type).make(context(token), 0, SOME_CODE)
    digest = signature_digest(context(token), 0, SOME_CODE, hash_type)
    assert hash256(made) == digest
    assert made.endswith(hash_type.to_bytes(4, "little"))
    assert encode_compact_size(300) + SOME_CODE in made


def test_a_serialization_covers_another_script_where_one_is_given() -> None:
    asked = SigningSerialization(covered=b"\x51\x52")
    assert asked.make(context(), 0, SOME_CODE) == SigningSerialization().make(
        context(), 0, b"\x51\x52"
    )
    assert asked.largest_size(SOME_CODE) == SigningSerialization().largest_size(b"\x51\x52")


@pytest.mark.parametrize("hash_type", [0x41, 0x61, 0xC1])
def test_no_serialization_is_larger_than_the_largest(hash_type: int) -> None:
    asked = SigningSerialization(hash_type)
    made = asked.make(context(LONGEST_NFT), 0, SOME_CODE)
    # Room for the hash of the spent outputs, and for a script of up to 2^32 bytes.
    spare = 2 + (0 if hash_type & HashType.UTXOS else 32)
    assert len(made) + spare == asked.largest_size(SOME_CODE)


def test_a_serialization_of_what_is_no_number_or_no_script_is_refused() -> None:
    with pytest.raises(EncodeError, match=r"^hash type must be an int"):
        SigningSerialization("ALL")  # type: ignore[arg-type]
    with pytest.raises(EncodeError, match="covered bytecode must be bytes"):
        SigningSerialization(covered="51")  # type: ignore[arg-type]


@pytest.mark.parametrize("scheme", ["schnorr", "ecdsa"])
def test_a_data_signature_is_that_of_the_transaction_without_its_hash_type(scheme: Scheme) -> None:
    signature = Signature(KEY, hash_type=0x41, scheme=scheme)
    data = DataSignature(signature)
    made = data.make(context(), 0, SOME_CODE)
    assert made + b"\x41" == signature.make(context(), 0, SOME_CODE)
    assert data.largest_size(b"") == signature.largest_size(b"") - 1 >= len(made)
    if scheme == "schnorr":
        digest = signature_digest(context(), 0, SOME_CODE, 0x41)
        assert verify_schnorr(made, digest, KEY.public_key)


def test_a_signature_that_is_yet_to_be_made_counts_with_its_largest_size() -> None:
    assert Signature(KEY).largest_size(b"") == 65
    assert Signature(KEY, scheme="ecdsa").largest_size(b"") == 72


def test_a_data_signature_gives_its_private_key_away_to_nobody() -> None:
    public = DataSignature(Signature(KEY)).without_private_key()
    assert public.signature.key == PublicKey(KEY.public_key)
