"""Signers of an input: a private key at hand, or a cosigner's public key or its hash."""

from __future__ import annotations

from ..encoding.expected import expect_number, kind_of
from ..errors import BuildError, InvalidKey
from ..transaction.context import TransactionContext
from .keys import PrivateKey
from .public_keys import KeyHash, PublicKey
from .signatures import Scheme, check_scheme, transaction_signature

__all__ = ["Signer", "check_signer", "signature_by"]

Signer = PrivateKey | PublicKey | KeyHash
"""The key whose signature is needed."""


def check_signer(signer: object, hash_type: int, scheme: Scheme, *, by_hash: bool = False) -> None:
    """Raise InvalidKey unless `signer` is one, EncodeError for a wrong hash type or scheme."""
    if not isinstance(signer, (PrivateKey, PublicKey)) and not (
        by_hash and isinstance(signer, KeyHash)
    ):
        raise InvalidKey(f"key must be a PrivateKey, not {kind_of(signer)}")
    expect_number(hash_type, "hash type")
    check_scheme(scheme)


def signature_by(
    signer: Signer,
    context: TransactionContext,
    index: int,
    covered: bytes,
    *,
    hash_type: int,
    scheme: Scheme,
) -> bytes:
    """Sign with a private key. Raises BuildError if the signer's private key is not at hand."""
    if not isinstance(signer, PrivateKey):
        known = signer.public_key if isinstance(signer, PublicKey) else signer.public_key_hash
        raise BuildError(
            f"the signature of 0x{known.hex()} is missing: use TransactionBuilder.cosign"
        )
    return transaction_signature(
        context, index, covered, signer, hash_type=hash_type, scheme=scheme
    )
