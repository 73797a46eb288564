"""Base58 with a checksum: how legacy addresses and private keys are written."""

from __future__ import annotations

from ..errors import DecodeError

__all__ = ["decode_base58_check", "encode_base58_check"]

_ALPHABET = frozenset("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
# Decoding takes time quadratic in the length; no address or private key is longer than this.
_LONGEST = 128


def decode_base58_check(text: str) -> bytes:
    """Decode `text`, at most 128 characters, and drop its 4-byte checksum. Raises DecodeError."""
    from cashaddress.base58 import b58decode_check

    if len(text) > _LONGEST:
        raise DecodeError(f"base58 text of {len(text)} characters, limit {_LONGEST}", _LONGEST)
    for at, character in enumerate(text):
        if character not in _ALPHABET:
            raise DecodeError(f"{character!r} is not a base58 character", at)
    try:
        decoded: bytes = b58decode_check(text)
    except ValueError:
        raise DecodeError("the base58 checksum does not match", max(0, len(text) - 6)) from None
    return decoded


def encode_base58_check(data: bytes) -> str:
    """Encode `data` and its 4-byte checksum."""
    from cashaddress.base58 import b58encode_check

    encoded: str = b58encode_check(data)
    return encoded
