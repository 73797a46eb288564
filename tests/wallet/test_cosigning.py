"""Multisigs of up to 20 keys, signed by all at once or by one cosigner after the other."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from random import Random
from typing import Any

import pytest

from bchcov import (
    BCH_2026,
    BchcovError,
    BuildError,
    EncodeError,
    HashType,
    InvalidKey,
    Output,
    Transaction,
    TransactionContext,
    verify,
)
from bchcov.crypto.secp256k1 import GROUP_ORDER
from bchcov.script.patterns import multisig, p2sh20, p2sh32
from bchcov.transaction.model import Input
from bchcov.wallet import (
    BuiltTransaction,
    Coin,
    MultisigUnlocker,
    PartialMultisig,
    PrivateKey,
    TransactionBuilder,
)
from bchcov.wallet.signing import Scheme, multisig_unlocking

KEYS = tuple(PrivateKey(bytes((value,)) * 32) for value in range(1, 21))
MINE = KEYS[0].locking_bytecode
SCHEMES: tuple[Scheme, ...] = ("schnorr", "ecdsa")
HASH_TYPES = [HashType(each) for each in (0x61, 0x41, 0xC2, 0xC3)]


def script_of(required: int, total: int) -> bytes:
    return multisig(required, [key.public_key for key in KEYS[:total]])


def coin(locking: bytes, value: int = 50_000) -> Coin:
    return Coin(b"\x11" * 32, 1, Output(value, locking))


def context(script: bytes, value: int = 9_000) -> TransactionContext:
    unsigned = Transaction((Input(b"\x11" * 32, 1),), (Output(1_000, MINE),))
    return TransactionContext(unsigned, (Output(value, p2sh32(script)),))


def is_accepted(partial: PartialMultisig) -> bool:
    """Whether the engine takes what the signatures unlock."""
    inputs = (
        replace(
            partial.context.transaction.inputs[0], unlocking_bytecode=partial.unlocking_bytecode
        ),
    )
    unlocked = replace(partial.context.transaction, inputs=inputs)
    return verify(unlocked, partial.context.source_outputs).ok


def spent(unlocker: MultisigUnlocker) -> BuiltTransaction:
    locking = p2sh32(unlocker.script) if unlocker.p2sh else unlocker.script
    builder = TransactionBuilder().spend(coin(locking), unlocker).change_to(MINE)
    built = builder.build(check=False)
    error = verify(built.transaction, built.source_outputs, BCH_2026.consensus).error
    # With ECDSA a check is charged for every key: bare and few of many, they cost too much.
    assert error is None or (unlocker.scheme, error.reason) == ("ecdsa", "OP_COST")
    return built


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("total", range(1, 21))
def test_every_multisig_is_signed_in_just_the_bytes_announced(total: int, scheme: Scheme) -> None:
    random = Random(total)
    for required in {1, 2, total // 2, total - 1, total} & set(range(1, total + 1)):
        script = script_of(required, total)
        for p2sh in (False, True):
            keys = tuple(random.sample(KEYS[:total], required))
            unlocker = MultisigUnlocker(script, keys, p2sh=p2sh, scheme=scheme)
            (item,) = spent(unlocker).transaction.inputs
            spare = unlocker.size - len(item.unlocking_bytecode)
            # A signature of ECDSA is 72 bytes with its hash type, seldom less.
            assert spare == 0 if scheme == "schnorr" else 0 <= spare <= 4 * required
            partial = MultisigUnlocker(script, keys[:-1], p2sh=p2sh, scheme=scheme).size
            assert unlocker.size <= partial <= unlocker.size + 1


@pytest.mark.parametrize("total", range(1, 21))
def test_a_multisig_of_any_keys_announces_the_sum_of_its_pushes(total: int) -> None:
    for required in range(1, total + 1):
        script = script_of(required, total)
        # All of the last keys: the bit field has its top byte set, and no opcode stands for it.
        keys = KEYS[total - required : total]
        bits = sum(1 << place for place in range(total - required, total))
        field = bits.to_bytes((total + 7) // 8, "little")
        dummy = 1 if len(field) == 1 and (1 <= bits <= 16 or bits == 0x81) else 1 + len(field)
        push = {1: 1, 2: 2, 3: 3}[1 + (len(script) > 75) + (len(script) > 255)]
        for p2sh, tail in ((False, 0), (True, push + len(script))):
            schnorr = MultisigUnlocker(script, keys, p2sh=p2sh)
            assert schnorr.size == dummy + 66 * required + tail
            ecdsa = MultisigUnlocker(script, keys, p2sh=p2sh, scheme="ecdsa")
            assert ecdsa.size == 1 + 73 * required + tail


@pytest.mark.parametrize("scheme", SCHEMES)
def test_hashed_multisigs_of_17_to_20_keys_relay(scheme: Scheme) -> None:
    for total in range(17, 21):
        script = script_of(2, total)
        unlocker = MultisigUnlocker(script, (KEYS[total - 1], KEYS[0]), p2sh=True, scheme=scheme)
        builder = TransactionBuilder().spend(coin(p2sh32(script)), unlocker).change_to(MINE)
        assert builder.build().verdict is not None


@pytest.mark.parametrize("scheme", SCHEMES)
def test_cosigners_sign_alone_and_are_combined_in_any_order(scheme: Scheme) -> None:
    script = script_of(3, 5)
    here = context(script)
    parts = []
    for key, hash_type in zip((KEYS[4], KEYS[0], KEYS[2]), HASH_TYPES, strict=False):
        signed = multisig_unlocking(here, 0, script, [key], scheme=scheme, hash_type=hash_type)
        assert isinstance(signed, PartialMultisig)
        assert signed.signers == (key.public_key,)
        assert (signed.needed, signed.is_complete, signed.scheme) == (2, False, scheme)
        parts.append(signed)
    for first, *others in permutations(parts):
        whole = first.combine(*others)
        assert whole.is_complete
        assert whole.missing == ()
        assert is_accepted(whole)
    # What travels is bytes; who gathers them needs no key.
    gathered = PartialMultisig(here, 0, script)
    for part in parts:
        for public_key, signature in part.signatures:
            gathered = gathered.add(public_key, signature)
    assert is_accepted(gathered)
    assert gathered.combine(*parts) == gathered


def test_who_is_missing_is_told_by_key() -> None:
    script = script_of(2, 3)
    partial = multisig_unlocking(context(script), 0, script, [KEYS[1]])
    assert isinstance(partial, PartialMultisig)
    assert partial.missing == (KEYS[0].public_key, KEYS[2].public_key)
    names = ", ".join(f"0x{key.hex()}" for key in partial.missing)
    message = f"1 of 2 signatures are present: 1 missing, from {names}"
    for name in ("pushes", "unlocking_bytecode"):
        with pytest.raises(BuildError, match=message):
            getattr(partial, name)
    unlocker = MultisigUnlocker(script, KEYS[1:2], p2sh=True)
    builder = TransactionBuilder().spend(coin(p2sh32(script)), unlocker).change_to(MINE)
    for build in (builder.build, builder.build_exactly):
        with pytest.raises(BuildError, match=f"input 0 cannot be unlocked: {message}"):
            build()


def test_more_signatures_than_needed_do_no_harm() -> None:
    script = script_of(2, 3)
    partial = PartialMultisig(context(script), 0, script)
    for key in KEYS[:3]:
        partial = partial.sign(key)
    assert partial.needed == 0
    assert is_accepted(partial)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_one_key_at_several_places_signs_for_all_of_them(scheme: Scheme) -> None:
    script = multisig(2, [KEYS[0].public_key, KEYS[1].public_key, KEYS[0].public_key])
    partial = PartialMultisig(context(script), 0, script).sign(KEYS[0], scheme=scheme)
    assert partial.is_complete
    assert is_accepted(partial)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_wrong_signature_is_refused_by_the_key_it_was_given_for(scheme: Scheme) -> None:
    script = script_of(2, 3)
    here = PartialMultisig(context(script), 0, script)
    other = PartialMultisig(context(script, 9_001), 0, script).sign(KEYS[1], scheme=scheme)
    third = here.sign(KEYS[2], scheme=scheme).signatures[0][1]
    for public_key, signature in (*other.signatures, (KEYS[1].public_key, third)):
        with pytest.raises(InvalidKey, match=f"of 0x{public_key.hex()} for input 0 does not ver"):
            here.add(public_key, signature)
    with pytest.raises(InvalidKey, match="does not verify"):
        here.combine(other)
    right = here.sign(KEYS[1], scheme=scheme).signatures[0][1]
    for changed in (right[:-2] + right[-1:], right[:9] + bytes((right[9] ^ 1,)) + right[10:]):
        with pytest.raises(InvalidKey, match="does not verify"):
            here.add(KEYS[1].public_key, changed)
    for short in (b"", b"\x61"):
        with pytest.raises(InvalidKey, match=f"has {len(short)} bytes"):
            here.add(KEYS[1].public_key, short)
    with pytest.raises(InvalidKey, match="does not verify"):
        here.add(KEYS[1].public_key, b"\x30\x61")
    with pytest.raises(InvalidKey, match="is not in the multisig script"):
        here.add(KEYS[7].public_key, right)
    with pytest.raises(EncodeError, match="hash type 0x01 lacks"):
        here.add(KEYS[1].public_key, right[:-1] + b"\x01")


def test_a_signature_that_nodes_find_malleable_is_refused() -> None:
    script = script_of(1, 2)
    here = PartialMultisig(context(script), 0, script)
    signature = here.sign(KEYS[0], scheme="ecdsa").signatures[0][1]
    size = signature[3]
    high = GROUP_ORDER - int.from_bytes(signature[6 + size : -1], "big")
    body = signature[2 : 4 + size] + b"\x02\x21" + high.to_bytes(33, "big")
    with pytest.raises(InvalidKey, match="does not verify"):
        here.add(KEYS[0].public_key, bytes((0x30, len(body))) + body + signature[-1:])


def test_the_two_schemes_are_not_mixed() -> None:
    script = script_of(2, 3)
    here = PartialMultisig(context(script), 0, script).sign(KEYS[0])
    with pytest.raises(InvalidKey, match="is ecdsa, the others are schnorr"):
        here.sign(KEYS[1], scheme="ecdsa")


@pytest.mark.parametrize("hashed", [p2sh20, p2sh32, bytes], ids=["p2sh20", "p2sh32", "bare"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_transaction_is_built_by_one_and_signed_by_each(hashed: Any, scheme: Scheme) -> None:
    script = script_of(2, 3)
    locking = hashed(script)
    start = TransactionBuilder().pay(Output(20_000, KEYS[9].locking_bytecode)).change_to(MINE)
    draft = start.spend(
        coin(locking), MultisigUnlocker(script, p2sh=hashed is not bytes, scheme=scheme)
    ).build_unsigned()
    assert draft.verdict is None
    assert draft.transaction.inputs[0].unlocking_bytecode == b""
    whole = PartialMultisig(TransactionContext(draft.transaction, draft.source_outputs), 0, script)
    for key in (KEYS[2], KEYS[0]):
        # Each cosigner reads the transaction on a machine of their own.
        theirs = TransactionContext(draft.transaction, draft.source_outputs)
        signed = multisig_unlocking(theirs, 0, script, [key], scheme=scheme)
        assert isinstance(signed, PartialMultisig)
        whole = whole.combine(signed)
    done = draft.unlock(0, whole.unlocking_bytecode)
    verify(done.transaction, done.source_outputs).require()
    assert done.fee >= done.size
    # A builder that has the signatures builds the same transaction.
    unlocker = MultisigUnlocker(
        script, p2sh=hashed is not bytes, scheme=scheme, signatures=whole.signatures
    )
    built = start.spend(coin(locking), unlocker).build()
    assert built.transaction.outputs == draft.transaction.outputs
    assert built.transaction == done.transaction
    mixed = replace(unlocker, keys=KEYS[2:3], signatures=whole.signatures[1:])
    assert start.spend(coin(locking), mixed).build().transaction == done.transaction


def test_signatures_unlock_no_output_of_another_script() -> None:
    script = script_of(1, 2)
    partial = PartialMultisig(context(script_of(1, 3)), 0, script).sign(KEYS[0])
    with pytest.raises(BuildError, match="input 0 does not spend an output of this script"):
        _ = partial.unlocking_bytecode


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: MultisigUnlocker(b"\x51"), "not a multisig script of 1 to 20 keys"),
        (lambda: MultisigUnlocker(script_of(1, 2).hex()), "must be bytes, not a str"),  # type: ignore[arg-type]
        (lambda: MultisigUnlocker(script_of(1, 2), KEYS[:2]), "expected at most 1 different keys"),
        (lambda: MultisigUnlocker(script_of(2, 2), (KEYS[0],) * 2), "2 different keys"),
        (lambda: MultisigUnlocker(script_of(1, 2), KEYS[0]), "a list of PrivateKey"),  # type: ignore[arg-type]
        (lambda: MultisigUnlocker(script_of(1, 2), ("key",)), "not a str"),  # type: ignore[arg-type]
        (lambda: MultisigUnlocker(script_of(1, 2), scheme="rsa"), "unknown signature scheme"),  # type: ignore[arg-type]
        (lambda: MultisigUnlocker(script_of(1, 2), signatures=(1,)), "must be pairs"),  # type: ignore[arg-type]
        (
            lambda: PartialMultisig(context(script_of(1, 2)), 1, script_of(1, 2)),
            "input 1 cannot be",
        ),
        (lambda: PartialMultisig(None, 0, script_of(1, 2)), "not None"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_multisig_or_no_key_is_an_error_at_once(call: Any, message: str) -> None:
    with pytest.raises(BchcovError, match=message):
        call()
