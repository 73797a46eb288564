"""Signed inputs: accepted by the engine, and only with the right key."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from bchcov import (
    EncodeError,
    HashType,
    Input,
    InvalidKey,
    Output,
    Token,
    Transaction,
    TransactionContext,
    verify,
)
from bchcov.script.patterns import multisig, p2pkh, p2sh32
from bchcov.script.pushes import encode_push
from bchcov.wallet.keys import PrivateKey
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
HASH_TYPES = [
    base | utxos | anyone | HashType.FORKID
    for base, (utxos, anyone) in product((1, 2, 3), ((0, 0), (0x20, 0), (0, 0x80)))
]


def payment(*sources: Output) -> Transaction:
    inputs = tuple(Input(bytes(32), at + 1) for at in range(len(sources)))
    return Transaction(inputs, (Output(1000, p2pkh(bytes(20))), Output(1000, p2pkh(bytes(20)))))


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
    with pytest.raises(InvalidKey, match="input 0 spends an output of another key"):
        sign_p2pkh(payment(OTHERS), [OTHERS], 0, KEY)
    with pytest.raises(EncodeError, match="does not spend a P2PKH output"):
        sign_p2pkh(payment(MINE), [Output(5000, b"\x51")], 0, KEY)
    with pytest.raises(EncodeError, match="input 1: the transaction has 1 inputs"):
        sign_p2pkh(payment(MINE), [MINE], 1, KEY)
    with pytest.raises(EncodeError, match="1 inputs and 2 spent outputs"):
        sign_p2pkh(payment(MINE), [MINE, MINE], 0, KEY)
    with pytest.raises(EncodeError, match="fork id"):
        sign_p2pkh(payment(MINE), [MINE], 0, KEY, hash_type=1)


def test_a_signature_fits_any_script() -> None:
    locking = encode_push(KEY.public_key) + b"\xac"
    source = Output(5000, locking)
    transaction = payment(source)
    context = TransactionContext(transaction, [source])
    signature = transaction_signature(context, 0, locking, KEY)
    unlocked = Transaction((Input(bytes(32), 1, encode_push(signature)),), transaction.outputs)
    verify(unlocked, [source]).require()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("signers", list(combinations(range(3), 2)), ids=str)
def test_a_multisig_is_signed_by_any_two_of_three(signers: tuple[int, int], scheme: Scheme) -> None:
    script = multisig(2, [key.public_key for key in KEYS[:3]])
    keys = [KEYS[at] for at in reversed(signers)]
    for locking, tail in ((script, b""), (p2sh32(script), encode_push(script))):
        source = Output(5000, locking)
        transaction = payment(source)
        context = TransactionContext(transaction, [source])
        unlocking = multisig_unlocking(context, 0, script, keys, scheme=scheme) + tail
        unlocked = Transaction((Input(bytes(32), 1, unlocking),), transaction.outputs)
        verify(unlocked, [source]).require()


def test_keys_that_do_not_fit_a_multisig_are_an_error() -> None:
    script = multisig(2, [key.public_key for key in KEYS[:3]])
    source = Output(5000, script)
    context = TransactionContext(payment(source), [source])
    with pytest.raises(InvalidKey, match="is not a key of the multisig"):
        multisig_unlocking(context, 0, script, [KEY, KEYS[3]])
    for keys in ([KEY], KEYS[:3], [KEY, KEY]):
        with pytest.raises(InvalidKey, match="2 different keys are needed"):
            multisig_unlocking(context, 0, script, keys)
    with pytest.raises(EncodeError, match="is not a multisig"):
        multisig_unlocking(context, 0, b"\x51", [KEY])
