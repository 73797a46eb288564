"""Who signs: a private key that is here, or a public key or hash whose private key is elsewhere."""

from __future__ import annotations

from ..encoding.expected import expect_number, kind_of
from ..errors import BuildError, InvalidKey
from ..transaction.context import TransactionContext
from .keys import PrivateKey
from .public_keys import KeyHash, PublicKey
from .signatures import Scheme, check_scheme, transaction_signature

__all__ = ["Signer", "check_signer", "signature_by"]

Signer = PrivateKey | PublicKey | KeyHash
"""Whose signature is asked for."""


def check_signer(signer: object, hash_type: int, scheme: Scheme, *, by_hash: bool = False) -> None:
    """Raise InvalidKey for what is no signer, EncodeError for no hash type or scheme."""
    if not isinstance(signer, (PrivateKey, PublicKey)) and not (
        by_hash and isinstance(signer, KeyHash)
    ):
        raise InvalidKey(f"an input is signed with a PrivateKey, not {kind_of(signer)}")
    expect_number(hash_type, "a hash type")
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
    """Sign with a private key. Raises BuildError for a signer whose private key is elsewhere."""
    if not isinstance(signer, PrivateKey):
        known = signer.public_key if isinstance(signer, PublicKey) else signer.public_key_hash
        raise BuildError(
            f"the signature of 0x{known.hex()} is missing: cosign gathers those of others"
        )
    return transaction_signature(
        context, index, covered, signer, hash_type=hash_type, scheme=scheme
    )
