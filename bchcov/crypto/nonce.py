"""Deterministic nonces: RFC 6979, as Bitcoin Cash wallets use it for Schnorr signatures."""

from __future__ import annotations

from hashlib import sha256

__all__ = ["schnorr_nonce"]

# Makes the nonce differ from that of an ECDSA signature of the same digest.
# Source: 2019-05-15 Schnorr specification, "Signing algorithm", note on RFC 6979.
_ALGORITHM = b"Schnorr+SHA256  "


def schnorr_nonce(private_key: bytes, digest: bytes, order: int) -> int:
    """Derive the nonce, 1 to order - 1, of a Schnorr signature of a 32-byte digest."""
    from ecdsa.rfc6979 import generate_k

    nonce: int = generate_k(
        order,
        int.from_bytes(private_key, "big"),
        sha256,
        digest,
        extra_entropy=_ALGORITHM,
    )
    return nonce
