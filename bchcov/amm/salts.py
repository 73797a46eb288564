"""Salts derived from a wallet's key, so that it can reveal without having stored them."""

from __future__ import annotations

import hmac

from ..wallet.keys import PrivateKey

__all__ = ["derive_salt"]


def derive_salt(key: PrivateKey, pool_category: bytes, number: int) -> bytes:
    """Derive the 16-byte salt for commitment `number` of a key; use each number once per pool.

    It is the truncated HMAC-SHA256, keyed with the private key, of "SequencedAMM salt", the
    pool's category and the number in 8 little-endian bytes.
    """
    message = b"SequencedAMM salt" + pool_category + number.to_bytes(8, "little")
    return hmac.digest(key.secret, message, "sha256")[:16]
