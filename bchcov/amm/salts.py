"""Salts that a wallet can make again from its key, so that no commitment is lost with a process."""

from __future__ import annotations

import hmac

from ..wallet.keys import PrivateKey

__all__ = ["derive_salt"]


def derive_salt(key: PrivateKey, pool_category: bytes, number: int) -> bytes:
    """16 bytes for the commitment `number` of a key at a pool: each number once.

    HMAC-SHA256 under the private key of "SequencedAMM salt", the pool's category and the
    number in 8 bytes, cut.
    """
    message = b"SequencedAMM salt" + pool_category + number.to_bytes(8, "little")
    return hmac.digest(key.secret, message, "sha256")[:16]
