"""Hash types, and the digest to sign; what it is made of is in covered.py."""

from __future__ import annotations

from enum import IntFlag

from ..crypto.hashes import hash256
from ..encoding.expected import expect_bytes, expect_number, kind_of, shown
from ..errors import EncodeError
from .context import TransactionContext
from .covered import legacy_digest, legacy_signing_serialization, signing_serialization

__all__ = [
    "DEFAULT_HASH_TYPE",
    "HashType",
    "legacy_digest",
    "legacy_signing_serialization",
    "signature_digest",
    "signing_serialization",
]


class HashType(IntFlag):
    """The parts of a hash type; one of ALL, NONE, SINGLE and any of the others."""

    ALL = 1
    NONE = 2
    SINGLE = 3
    UTXOS = 0x20
    FORKID = 0x40
    ANYONECANPAY = 0x80


DEFAULT_HASH_TYPE = HashType.ALL | HashType.UTXOS | HashType.FORKID


def signature_digest(
    context: TransactionContext,
    index: int,
    covered_bytecode: bytes,
    hash_type: int = DEFAULT_HASH_TYPE,
) -> bytes:
    """Compute the 32-byte digest to sign for input `index`. Raises EncodeError.

    In a script, the hash type follows the signature as one more byte.
    """
    if not isinstance(context, TransactionContext):
        raise EncodeError(f"context must be a TransactionContext, not {kind_of(context)}")
    inputs, spent = len(context.transaction.inputs), len(context.source_outputs)
    if not 0 <= expect_number(index, "input index") < inputs == spent:
        raise EncodeError(
            f"input {shown(index)} cannot be signed: the transaction has {inputs} inputs and"
            f" {spent} spent outputs"
        )
    expect_bytes(covered_bytecode, "covered bytecode")
    expect_number(hash_type, "hash type")
    if not hash_type & HashType.FORKID:
        raise EncodeError(f"hash type {hash_type:#04x} lacks the fork id flag 0x40")
    return hash256(signing_serialization(context, index, covered_bytecode, hash_type))
