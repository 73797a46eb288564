"""Signed inputs: accepted by the engine, and only with the right key."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import pytest

from bchcov import (
    BCH_2026,
    EncodeError,
    HashType,
    Input,
    InvalidKey,
    Output,
    Token,
    Transaction,
    TransactionContext,
    evaluate_input,
    verify,
)
from bchcov.crypto.der import parse_lax_der
from bchcov.script.patterns import multisig, p2pkh, p2sh20, p2sh32
from bchcov.script.pushes import encode_push
from bchcov.wallet.keys import PrivateKey
from bchcov.wallet.signatures import is_signature
from bchcov.wallet.signing import (
    Scheme,
    multisig_unlocking,
    sign_all_p2pkh,
    sign_p2pkh,
    transaction_signature,
)

KEYS = [PrivateKey(bytes((value,)) * 32) for value in range(1, 5)]
KEY = KEYS[0]
SCHEMES: tuple[Scheme, ...] = ("schnorr", "ecdsa")
HASH_TYPES = [base | modifier | 0x40 for base, modifier in product((1, 2, 3), (0, 0x20, 0x80))]


def payment(*sources: Output) -> Transaction:
    inputs = tuple(Input(bytes(32), at + 1) for at in range(len(sources)))
    return Transaction(inputs, (Output(1000, p2pkh(bytes(20))), Output(1000, p2pkh(bytes(20)))))


def spend(source: Output, unlocking: bytes) -> Transaction:
    return Transaction((Input(bytes(32), 1, unlocking),), payment(source).outputs)


MINE = Output(5000, KEY.locking_bytecode)
OTHERS = Output(5000, KEYS[1].locking_bytecode)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("hash_type", HASH_TYPES, ids=hex)
def test_a_signed_input_is_accepted(hash_type: int, scheme: Scheme) -> None:
    sources = [OTHERS, Output(5000, KEY.locking_bytecode, Token(bytes(32), 9))]
    transaction = payment(*sources)
    for index, key in ((0, KEYS[1]), (1, KEY)):
        transaction = sign_p2pkh(
            transaction, sources, index, key, hash_type=hash_type, scheme=scheme
        )
    verify(transaction, sources).require()


def test_an_uncompressed_key_signs_for_its_own_hash() -> None:
    key = PrivateKey(KEY.secret, compressed=False)
    source = Output(5000, key.locking_bytecode)
    verify(sign_p2pkh(payment(source), [source], 0, key), [source]).require()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_signature_of_another_key_is_refused(scheme: Scheme) -> None:
    context = TransactionContext(payment(MINE), [MINE])
    signature = transaction_signature(context, 0, MINE.locking_bytecode, KEYS[1], scheme=scheme)
    for public_key, reason in (
        (KEYS[1].public_key, "EQUALVERIFY"),
        (KEY.public_key, "SIG_NULLFAIL"),
    ):
        error = verify(spend(MINE, encode_push(signature) + encode_push(public_key)), [MINE]).error
        assert error is not None
        assert (error.check, error.reason) == ("scripts", reason)


@pytest.mark.parametrize("hash_type", HASH_TYPES, ids=hex)
def test_a_hash_type_covers_what_its_name_says(hash_type: int) -> None:
    sources = [MINE, OTHERS]
    signed = sign_p2pkh(payment(*sources), sources, 0, KEY, hash_type=hash_type)
    inputs, outputs = signed.inputs, signed.outputs
    other = Output(999, p2pkh(bytes(20)))
    base = hash_type & 3
    is_free_inputs = bool(hash_type & HashType.ANYONECANPAY)
    covers_sources = bool(hash_type & HashType.UTXOS)
    moved = replace(inputs[1], outpoint_index=9)
    slower = replace(inputs[1], sequence=5)
    richer = [MINE, replace(OTHERS, value=6000)]

    def is_accepted(changed: Transaction, spent: list[Output]) -> bool:
        return evaluate_input(TransactionContext(changed, spent), 0, BCH_2026).ok

    assert is_accepted(signed, sources)
    assert is_accepted(replace(signed, outputs=(other, outputs[1])), sources) == (base == 2)
    assert is_accepted(replace(signed, outputs=(outputs[0], other)), sources) == (base != 1)
    assert is_accepted(replace(signed, inputs=(inputs[0], moved)), sources) == is_free_inputs
    assert is_accepted(replace(signed, inputs=(inputs[0], slower)), sources) == (
        is_free_inputs or base != 1
    )
    assert is_accepted(signed, richer) != covers_sources
    assert not is_accepted(replace(signed, locktime=1), sources)


def test_a_change_after_signing_is_refused() -> None:
    signed = sign_p2pkh(payment(MINE), [MINE], 0, KEY)
    changed = Transaction(signed.inputs, (Output(999, p2pkh(bytes(20))), signed.outputs[1]))
    error = verify(changed, [MINE]).error
    assert error is not None
    assert error.reason == "SIG_NULLFAIL"


def test_all_of_a_keys_inputs_are_signed() -> None:
    sources = [MINE, OTHERS, MINE]
    signed = sign_all_p2pkh(payment(*sources), sources, KEY)
    assert [bool(item.unlocking_bytecode) for item in signed.inputs] == [True, False, True]
    verify(sign_all_p2pkh(signed, sources, KEYS[1]), sources).require()
    with pytest.raises(InvalidKey, match="no input spends"):
        sign_all_p2pkh(signed, sources, KEYS[2])


def test_what_cannot_be_signed_is_an_error() -> None:
    with pytest.raises(InvalidKey, match="input 0 does not spend a P2PKH output of this key"):
        sign_p2pkh(payment(OTHERS), [OTHERS], 0, KEY)
    with pytest.raises(EncodeError, match="does not spend a P2PKH output"):
        sign_p2pkh(payment(MINE), [Output(5000, b"\x51")], 0, KEY)
    with pytest.raises(EncodeError, match="input 1 cannot be signed: the transaction has 1"):
        sign_p2pkh(payment(MINE), [MINE], 1, KEY)
    with pytest.raises(EncodeError, match="1 inputs and 2 spent outputs"):
        sign_p2pkh(payment(MINE), [MINE, MINE], 0, KEY)
    with pytest.raises(EncodeError, match="fork id"):
        sign_p2pkh(payment(MINE), [MINE], 0, KEY, hash_type=1)


@pytest.mark.parametrize("inputs", [1, 2, 3])
@pytest.mark.parametrize("outputs", [0, 1, 2, 3])
@pytest.mark.parametrize("index", [-1, 0, 1, 2, 3])
def test_an_input_is_signed_if_it_is_there_and_each_has_its_spent_output(
    inputs: int, outputs: int, index: int
) -> None:
    transaction = payment(*[MINE] * inputs)
    if inputs == outputs and 0 <= index < inputs:
        signed = sign_p2pkh(transaction, [MINE] * outputs, index, KEY)
        assert signed.inputs[index].unlocking_bytecode
        return
    context = TransactionContext(transaction, [MINE] * outputs)
    said = (
        f"input {index} cannot be signed: the transaction has {inputs} inputs and {outputs} spent"
    )
    with pytest.raises(EncodeError, match=said):
        transaction_signature(context, index, MINE.locking_bytecode, KEY)


@pytest.mark.parametrize("hash_type", [0x40, 0x44, 0x51, 0xE1, 0x141, -1], ids=hex)
def test_a_hash_type_that_no_node_accepts_is_an_error(hash_type: int) -> None:
    with pytest.raises(
        EncodeError, match=r"invalid hash type -?0x[0-9a-f]+: expected one of 0x41, 0x42"
    ):
        sign_p2pkh(payment(MINE), [MINE], 0, KEY, hash_type=hash_type)


def test_an_unknown_scheme_is_an_error() -> None:
    with pytest.raises(EncodeError, match="unknown signature scheme 'rsa'"):
        sign_p2pkh(payment(MINE), [MINE], 0, KEY, scheme="rsa")  # type: ignore[arg-type]


def test_a_context_without_its_spent_outputs_is_an_error() -> None:
    for index, context in (
        (0, TransactionContext(payment(MINE), [])),
        (1, TransactionContext(payment(MINE, OTHERS), [MINE])),
        (-1, TransactionContext(payment(MINE), [MINE])),
    ):
        with pytest.raises(EncodeError, match=f"input {index} cannot be signed: the transaction"):
            transaction_signature(context, index, MINE.locking_bytecode, KEY)


def test_a_signature_fits_any_script() -> None:
    locking = encode_push(KEY.public_key) + b"\xac"
    source = Output(5000, locking)
    transaction = payment(source)
    context = TransactionContext(transaction, [source])
    signature = transaction_signature(context, 0, locking, KEY)
    unlocked = Transaction((Input(bytes(32), 1, encode_push(signature)),), transaction.outputs)
    verify(unlocked, [source]).require()


def sign_multisig(
    source: Output, script: bytes, keys: list[PrivateKey], scheme: Scheme, hash_type: int = 0x61
) -> bytes:
    context = TransactionContext(payment(source), [source])
    signed = multisig_unlocking(context, 0, script, keys, scheme=scheme, hash_type=hash_type)
    assert isinstance(signed, bytes)
    return signed


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("required", "total"), [(m, n) for n in (1, 2, 3) for m in range(1, n + 1)]
)
def test_a_multisig_is_signed_by_any_of_its_keys_that_suffice(
    required: int, total: int, scheme: Scheme
) -> None:
    script = multisig(required, [key.public_key for key in KEYS[:total]])
    for signers in combinations(KEYS[:total], required):
        for locking, tail in (
            (script, b""),
            (p2sh20(script), encode_push(script)),
            (p2sh32(script), encode_push(script)),
        ):
            source = Output(5000, locking)
            # The caller's order does not matter: signatures go in the order of the script.
            unlocking = sign_multisig(source, script, list(reversed(signers)), scheme)
            verify(spend(source, unlocking + tail), [source], BCH_2026).require()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("places", "dummy"),
    [
        # Bit fields whose shortest push is an opcode, and ones of two bytes.
        ((0,), "51"),
        ((4,), "60"),
        ((0, 7), "4f"),
        ((1, 7), "0182"),
        ((0, 2, 5), "0125"),
        ((8,), "020001"),
        ((0, 14), "020140"),
        (tuple(range(15)), "02ff7f"),
    ],
    ids=str,
)
def test_a_multisig_of_many_keys_tells_who_signed(
    places: tuple[int, ...], dummy: str, scheme: Scheme
) -> None:
    total = 15 if max(places) > 7 else 8
    keys = [PrivateKey(bytes((value,)) * 32) for value in range(1, total + 1)]
    script = multisig(len(places), [key.public_key for key in keys])
    source = Output(5000, p2sh32(script))
    unlocking = sign_multisig(source, script, [keys[place] for place in places], scheme)
    assert unlocking.startswith(bytes.fromhex(dummy) if scheme == "schnorr" else b"\x00")
    verify(spend(source, unlocking + encode_push(script)), [source], BCH_2026).require()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("hash_type", HASH_TYPES, ids=hex)
def test_a_multisig_is_signed_with_every_hash_type(hash_type: int, scheme: Scheme) -> None:
    script = multisig(2, [key.public_key for key in KEYS[:3]])
    source = Output(5000, p2sh32(script))
    unlocking = sign_multisig(source, script, KEYS[1:3], scheme, hash_type)
    verify(spend(source, unlocking + encode_push(script)), [source]).require()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_multisig_refuses_the_signatures_of_another_one(scheme: Scheme) -> None:
    script = multisig(2, [key.public_key for key in KEYS[:2]])
    other = multisig(2, [key.public_key for key in KEYS[2:4]])
    source = Output(5000, p2sh32(script))
    unlocking = sign_multisig(source, other, KEYS[2:4], scheme)
    error = verify(spend(source, unlocking + encode_push(script)), [source]).error
    assert error is not None
    assert error.reason == "SIG_NULLFAIL"


def test_keys_that_do_not_fit_a_multisig_are_an_error() -> None:
    script = multisig(2, [key.public_key for key in KEYS[:3]])
    source = Output(5000, script)
    context = TransactionContext(payment(source), [source])
    with pytest.raises(InvalidKey, match="is not in the multisig script"):
        multisig_unlocking(context, 0, script, [KEY, KEYS[3]])
    for keys in (KEYS[:3], [KEY, KEY]):
        with pytest.raises(InvalidKey, match="expected at most 2 different keys"):
            multisig_unlocking(context, 0, script, keys)
    for wrong in (b"\x51", KEY.locking_bytecode, multisig(1, [KEY.public_key])[:-1]):
        with pytest.raises(EncodeError, match="is not a multisig script of 1 to 20 keys"):
            multisig_unlocking(context, 0, wrong, [KEY])


def test_a_signature_in_another_encoding_than_strict_der_is_none() -> None:
    digest = bytes(range(32))
    strict = KEY.sign_ecdsa(digest)
    assert is_signature(strict, digest, KEY.public_key, "ecdsa")
    # The same numbers: a length in two bytes, which OpenSSL once took.
    loose = strict[:1] + b"\x81" + strict[1:]
    assert parse_lax_der(loose) == parse_lax_der(strict)
    assert not is_signature(loose, digest, KEY.public_key, "ecdsa")


@pytest.mark.parametrize(
    ("hash_type", "message"),
    [
        (-0x101, "out of range"),
        (-0x100, "lacks the fork id flag"),
        (0xFFFF, "invalid hash type"),
        (0x10000, "out of range"),
    ],
)
def test_a_hash_type_that_is_no_byte_is_told_from_one_that_nodes_refuse(
    hash_type: int, message: str
) -> None:
    context = TransactionContext(payment(MINE), [MINE])
    with pytest.raises(EncodeError, match=message):
        transaction_signature(context, 0, MINE.locking_bytecode, KEY, hash_type=hash_type)
