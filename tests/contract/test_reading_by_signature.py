"""Scripts that read their transaction through a signature, as they did before introspection."""

from __future__ import annotations

import pytest

from bchcov import (
    BuildError,
    BuildRefused,
    Contract,
    PrivateKey,
    Signature,
    TransactionBuilder,
    compile_contract,
)
from bchcov.contract import estimate
from bchcov.contract.argument_types import ArgumentValue
from bchcov.errors import ContractError
from bchcov.wallet import PublicKey, Scheme, SigningSerialization

KEY, OTHER = PrivateKey(bytes(31) + b"\x07"), PrivateKey(bytes(31) + b"\x08")
READS = """\
// @spend read(bytes serialization, datasig signature, pubkey key)
OP_2 OP_PICK OP_SHA256 OP_2 OP_PICK OP_SWAP OP_2 OP_PICK
OP_CHECKDATASIGVERIFY                       // [same] the signature is one of the serialization
OP_SWAP <0x41> OP_CAT OP_SWAP
OP_CHECKSIGVERIFY                           // [signed] and one of this transaction
OP_SIZE <8> OP_SUB OP_SPLIT OP_NIP <4> OP_SPLIT OP_DROP
<7> <4> OP_NUM2BIN OP_EQUAL                 // [locktime] the locktime is 7
"""


def reading() -> Contract:
    return compile_contract("reading", source=READS)


def builder(serialization: ArgumentValue, signature: ArgumentValue, key: ArgumentValue = KEY,
            locktime: int = 7) -> TransactionBuilder:  # fmt: skip
    contract = reading()
    coin = contract.coin("11" * 32, 0, 10_000)
    unlocker = contract.unlock.read(serialization, signature, key)
    made = TransactionBuilder(locktime=locktime).change_to(OTHER.locking_bytecode)
    return made.spend(coin, unlocker, sequence=0)


@pytest.mark.parametrize("scheme", ["schnorr", "ecdsa"])
def test_a_script_reads_the_transaction_that_a_data_signature_covers(scheme: Scheme) -> None:
    signature = Signature(KEY, hash_type=0x41, scheme=scheme)
    built = builder(SigningSerialization(), signature).build()
    assert built.verdict is not None
    unlocker = reading().unlock.read(SigningSerialization(), signature, KEY)
    # The largest that it may be: with a token, another hash and a longer script.
    assert len(built.transaction.inputs[0].unlocking_bytecode) <= unlocker.size
    assert estimate(reading().coin("11" * 32, 0, 10_000), unlocker, locktime=7, sequence=0)


@pytest.mark.parametrize(
    ("serialization", "signature", "locktime", "check"),
    [
        (SigningSerialization(0x42), Signature(KEY, hash_type=0x41), 7, "same"),
        (SigningSerialization(0x42), Signature(KEY, hash_type=0x42), 7, "signed"),
        (b"another", KEY.sign_data(b"another"), 7, "same"),
        (SigningSerialization(), Signature(OTHER, hash_type=0x41), 7, "same"),
        (SigningSerialization(covered=b"\x51"), Signature(KEY, hash_type=0x41), 7, "same"),
        (SigningSerialization(), Signature(KEY, hash_type=0x41), 8, "locktime"),
    ],
)
def test_what_is_not_the_transaction_s_is_refused(
    serialization: ArgumentValue, signature: ArgumentValue, locktime: int, check: str
) -> None:
    with pytest.raises(BuildRefused) as error:
        builder(serialization, signature, locktime=locktime).build()
    assert error.value.check == check


def test_a_data_signature_can_be_given_by_nobody_later() -> None:
    signature = Signature(PublicKey(KEY.public_key), hash_type=0x41)
    with pytest.raises(
        BuildError, match="reading: a spend with argument 'serialization' cannot be cosigned"
    ):
        builder(SigningSerialization(), signature).cosign()
    with pytest.raises(
        BuildError, match="reading: a spend with argument 'signature' cannot be cosigned"
    ):
        builder(b"some", signature).cosign()


def test_an_unlocker_without_private_keys_keeps_the_places_of_the_rest() -> None:
    signature = Signature(KEY, hash_type=0x41)
    unlocker = reading().unlock.read(SigningSerialization(), signature, KEY)
    public = unlocker.without_private_keys()
    assert str(KEY.secret) not in repr(public)
    in_public = Signature(PublicKey(KEY.public_key), hash_type=0x41)
    assert public == reading().unlock.read(SigningSerialization(), in_public, KEY)


@pytest.mark.parametrize("value", [Signature(KEY), SigningSerialization()])
@pytest.mark.parametrize("type_name", ["datasig", "bytes"])
def test_neither_is_a_parameter_of_a_contract(type_name: str, value: ArgumentValue) -> None:
    source = f"// @parameter {type_name} x\n<x>"
    with pytest.raises(ContractError):
        compile_contract("typed", {"x": value}, source=source)


def test_a_serialization_is_of_no_other_type_than_bytes() -> None:
    with pytest.raises(ContractError, match="a must be bytes, not a SigningSerial"):
        compile_contract("t", source="OP_1", paths={"go": "bytes4 a"}).unlock.go(
            SigningSerialization()
        )
