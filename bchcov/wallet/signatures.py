"""Signing one input of a transaction, for any script."""

from __future__ import annotations

from typing import Literal, get_args

from ..crypto.der import is_strict_der, parse_lax_der
from ..crypto.secp256k1 import GROUP_ORDER, verify_ecdsa, verify_schnorr
from ..encoding.expected import expect_number, kind_of, shown
from ..errors import EncodeError, InvalidKey
from ..transaction.context import TransactionContext
from ..transaction.sighash import DEFAULT_HASH_TYPE, HashType, signature_digest
from .keys import PrivateKey

__all__ = [
    "SIGNATURE_SIZES",
    "CosignerSignature",
    "Scheme",
    "check_request",
    "check_scheme",
    "is_signature",
    "scheme_of",
    "spent_bytecode",
    "transaction_signature",
]

Scheme = Literal["schnorr", "ecdsa"]
"""The signature algorithm."""

CosignerSignature = tuple[bytes, bytes]
"""A public key and its signature, which ends with the hash type."""

SIGNATURE_SIZES: dict[Scheme, int] = {"schnorr": 65, "ecdsa": 72}
"""The maximum size of a signature with its hash type; a DER signature with a low s has 71 bytes."""

_BASES = (HashType.ALL, HashType.NONE, HashType.SINGLE)
_MODIFIERS = (0, HashType.UTXOS, HashType.ANYONECANPAY)
# UTXOS and ANYONECANPAY exclude each other: one covers all inputs, the other only one.
_HASH_TYPES = frozenset(
    base | modifier | HashType.FORKID for base in _BASES for modifier in _MODIFIERS
)


def check_request(context: TransactionContext, index: int, hash_type: int, scheme: str) -> None:
    """Raise EncodeError if there is no such input, or nodes accept no such signature."""
    if not isinstance(context, TransactionContext):
        raise EncodeError(f"context must be a TransactionContext, not {kind_of(context)}")
    expect_number(index, "input index")
    expect_number(hash_type, "hash type")
    inputs, outputs = len(context.transaction.inputs), len(context.source_outputs)
    if not 0 <= index < inputs == outputs:
        raise EncodeError(
            f"input {shown(index)} cannot be signed: the transaction has {inputs} inputs and"
            f" {outputs} spent outputs"
        )
    if not -0x100 <= hash_type <= 0xFFFF:
        raise EncodeError(f"hash type {shown(hash_type)} is out of range: expected one byte")
    if not hash_type & HashType.FORKID:
        raise EncodeError(f"hash type {hash_type:#04x} lacks the fork id flag 0x40")
    if hash_type not in _HASH_TYPES:
        allowed = ", ".join(f"{each:#04x}" for each in sorted(_HASH_TYPES))
        raise EncodeError(f"invalid hash type {hash_type:#04x}: expected one of {allowed}")
    check_scheme(scheme)


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
    locking bytecode, or the redeem script of P2SH. Raises EncodeError for an input that does
    not exist, for fewer or more spent outputs than inputs, and for a hash type or scheme
    that no node accepts, and InvalidKey for anything but a PrivateKey. To make an invalid
    signature on purpose, sign a `signature_digest`.
    """
    check_request(context, index, hash_type, scheme)
    if not isinstance(key, PrivateKey):
        raise InvalidKey(f"key must be a PrivateKey, not {kind_of(key)}")
    digest = signature_digest(context, index, covered_bytecode, hash_type)
    sign = key.sign_schnorr if scheme == "schnorr" else key.sign_ecdsa
    return sign(digest) + bytes((hash_type,))


def spent_bytecode(context: TransactionContext, index: int) -> bytes:
    """Return the locking bytecode that an input spends. Raises EncodeError if there is none."""
    if not isinstance(context, TransactionContext):
        raise EncodeError(f"context must be a TransactionContext, not {kind_of(context)}")
    if not 0 <= expect_number(index, "input index") < len(context.source_outputs):
        raise EncodeError(
            f"input {shown(index)} cannot be unlocked: there are"
            f" {len(context.source_outputs)} spent outputs"
        )
    return context.source_outputs[index].locking_bytecode


def check_scheme(scheme: str) -> None:
    """Raise EncodeError unless `scheme` is a signature scheme."""
    if not isinstance(scheme, str) or scheme not in get_args(Scheme):
        named = repr(scheme) if isinstance(scheme, str) else kind_of(scheme)
        raise EncodeError(f"unknown signature scheme {named}: expected schnorr or ecdsa")


def scheme_of(signature: bytes) -> Scheme:
    """Tell the scheme of a signature with its hash type: only Schnorr has 65 bytes."""
    return "schnorr" if len(signature) == SIGNATURE_SIZES["schnorr"] else "ecdsa"


def is_signature(signature: bytes, digest: bytes, public_key: bytes, scheme: Scheme) -> bool:
    """Whether nodes accept `signature`, without its hash type, as a signature of the digest."""
    if scheme == "schnorr":
        return verify_schnorr(signature, digest, public_key)
    numbers = parse_lax_der(signature) if is_strict_der(signature) else None
    return (
        numbers is not None
        and numbers[1] <= GROUP_ORDER // 2
        and verify_ecdsa(*numbers, digest, public_key)
    )
