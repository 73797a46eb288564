"""Signatures in their places: P2PKH and multisig inputs, and single signatures for any script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal, get_args

from ..errors import EncodeError, InvalidKey
from ..script.patterns import Multisig, is_p2pkh, match_multisig
from ..script.pushes import encode_push
from ..transaction.context import TransactionContext
from ..transaction.model import Output, Transaction
from ..transaction.sighash import DEFAULT_HASH_TYPE, HashType, signature_digest
from .keys import PrivateKey

__all__ = [
    "Scheme",
    "multisig_unlocking",
    "sign_all_p2pkh",
    "sign_p2pkh",
    "transaction_signature",
]

Scheme = Literal["schnorr", "ecdsa"]
"""The signature algorithm."""

_BASES = (HashType.ALL, HashType.NONE, HashType.SINGLE)
_MODIFIERS = (0, HashType.UTXOS, HashType.ANYONECANPAY)
# UTXOS and ANYONECANPAY exclude each other: one covers all inputs, the other only one.
_HASH_TYPES = frozenset(
    base | modifier | HashType.FORKID for base in _BASES for modifier in _MODIFIERS
)


def _check_request(context: TransactionContext, index: int, hash_type: int, scheme: str) -> None:
    inputs, outputs = len(context.transaction.inputs), len(context.source_outputs)
    if not 0 <= index < inputs == outputs:
        raise EncodeError(
            f"input {index}: the transaction has {inputs} inputs and {outputs} spent outputs"
        )
    if not hash_type & HashType.FORKID:
        raise EncodeError(f"hash type {hash_type:#04x} lacks the fork id, 0x40")
    if hash_type not in _HASH_TYPES:
        allowed = ", ".join(f"{each:#04x}" for each in sorted(_HASH_TYPES))
        raise EncodeError(f"hash type {hash_type:#04x} is not one of {allowed}")
    if scheme not in get_args(Scheme):
        raise EncodeError(f"no signature scheme is called {scheme!r}: schnorr or ecdsa")


def transaction_signature(
    context: TransactionContext,
    index: int,
    covered_bytecode: bytes,
    key: PrivateKey,
    *,
    hash_type: int = DEFAULT_HASH_TYPE,
    scheme: Scheme = "schnorr",
) -> bytes:
    """Sign input `index` of a transaction, for any script; the hash type is the last byte.

    `covered_bytecode` is the script that runs, from its last OP_CODESEPARATOR on: the
    locking bytecode, or the redeem script of P2SH. Raises EncodeError for an index that
    is not there, for fewer or more spent outputs than inputs, and for a hash type or scheme
    that no node accepts; a wrong signature is made from `signature_digest` instead.
    """
    _check_request(context, index, hash_type, scheme)
    digest = signature_digest(context, index, covered_bytecode, hash_type)
    sign = key.sign_schnorr if scheme == "schnorr" else key.sign_ecdsa
    return sign(digest) + bytes((hash_type,))


def _p2pkh_unlocking(
    context: TransactionContext, index: int, key: PrivateKey, hash_type: int, scheme: Scheme
) -> bytes:
    _check_request(context, index, hash_type, scheme)
    locking = context.source_outputs[index].locking_bytecode
    if not is_p2pkh(locking):
        raise EncodeError(f"input {index} does not spend a P2PKH output: 0x{locking[:40].hex()}")
    if locking != key.locking_bytecode:
        raise InvalidKey(f"input {index} spends an output of another key")
    signature = transaction_signature(
        context, index, locking, key, hash_type=hash_type, scheme=scheme
    )
    return encode_push(signature) + encode_push(key.public_key)


def _sign_inputs(
    context: TransactionContext,
    indexes: Iterable[int],
    key: PrivateKey,
    hash_type: int,
    scheme: Scheme,
) -> Transaction:
    """Sign with one context: what signatures cover is the same before and after unlocking."""
    inputs = list(context.transaction.inputs)
    for index in indexes:
        unlocking = _p2pkh_unlocking(context, index, key, hash_type, scheme)
        inputs[index] = replace(inputs[index], unlocking_bytecode=unlocking)
    return replace(context.transaction, inputs=tuple(inputs))


def sign_p2pkh(
    transaction: Transaction,
    source_outputs: Sequence[Output],
    index: int,
    key: PrivateKey,
    *,
    hash_type: int = DEFAULT_HASH_TYPE,
    scheme: Scheme = "schnorr",
) -> Transaction:
    """Unlock input `index`, which spends a P2PKH output of `key`; return the new transaction.

    Raises EncodeError as `transaction_signature` does and for an output of another kind,
    and InvalidKey for one of another key.
    """
    context = TransactionContext(transaction, source_outputs)
    return _sign_inputs(context, (index,), key, hash_type, scheme)


def sign_all_p2pkh(
    transaction: Transaction,
    source_outputs: Sequence[Output],
    key: PrivateKey,
    *,
    hash_type: int = DEFAULT_HASH_TYPE,
    scheme: Scheme = "schnorr",
) -> Transaction:
    """Unlock every input that spends a P2PKH output of `key`; return the new transaction.

    Raises EncodeError as `transaction_signature` does, and InvalidKey if there is none.
    """
    context = TransactionContext(transaction, source_outputs)
    mine = [
        index
        for index, output in enumerate(context.source_outputs[: len(transaction.inputs)])
        if output.locking_bytecode == key.locking_bytecode
    ]
    if not mine:
        raise InvalidKey("no input spends a P2PKH output of this key")
    return _sign_inputs(context, mine, key, hash_type, scheme)


def _positions(multisig: Multisig, keys: Sequence[PrivateKey]) -> list[tuple[int, PrivateKey]]:
    """The keys with their places in the script, in the order of places."""
    found = []
    for key in keys:
        if key.public_key not in multisig.public_keys:
            raise InvalidKey(f"0x{key.public_key.hex()} is not a key of the multisig")
        found.append((multisig.public_keys.index(key.public_key), key))
    if len({position for position, _ in found}) != multisig.required:
        raise InvalidKey(
            f"{multisig.required} different keys are needed to sign, {len(keys)} are given"
        )
    return sorted(found, key=lambda pair: pair[0])


def multisig_unlocking(
    context: TransactionContext,
    index: int,
    script: bytes,
    keys: Sequence[PrivateKey],
    *,
    hash_type: int = DEFAULT_HASH_TYPE,
    scheme: Scheme = "schnorr",
) -> bytes:
    """Sign a multisig script with as many keys as it needs, in any order.

    Returns the pushes of dummy and signatures; behind them belongs, for P2SH, the push
    of the script. With Schnorr the dummy tells which keys have signed. Raises EncodeError
    for a script that is no multisig of at most 16 keys, InvalidKey for keys that do not fit.
    Source: 2019-11-15 Schnorr OP_CHECKMULTISIG specification, "Mode 2".
    """
    multisig = match_multisig(script)
    if multisig is None:
        raise EncodeError(f"0x{script[:40].hex()} is not a multisig script of 1 to 16 keys")
    signers = _positions(multisig, keys)
    dummy = b""
    if scheme == "schnorr":
        bits = sum(1 << position for position, _ in signers)
        dummy = bits.to_bytes((len(multisig.public_keys) + 7) // 8, "little")
    signatures = (
        transaction_signature(context, index, script, key, hash_type=hash_type, scheme=scheme)
        for _, key in signers
    )
    return encode_push(dummy) + b"".join(map(encode_push, signatures))
