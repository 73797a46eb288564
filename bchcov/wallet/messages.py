"""Signing messages with the key of an address, and verifying them, as Bitcoin Cash wallets do.

The format is that of Bitcoin Cash Node's `signmessage`, Electron Cash and WalletConnect's
`bch_signMessage`: 65 bytes in base64, the first of which holds the recovery id of the public key
and its encoding.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error

from ..crypto.hashes import hash160, hash256
from ..crypto.secp256k1 import recover_public_key, sign_recoverable
from ..encoding.addresses import decode_address
from ..encoding.compact_size import encode_compact_size
from ..encoding.expected import kind_of
from ..errors import AddressError, DecodeError, EncodeError, InvalidKey
from .keys import PrivateKey

__all__ = ["message_digest", "message_signer", "sign_message", "verify_message"]

_MAGIC = b"Bitcoin Signed Message:\n"
_SIZE = 65
# 27 to 30 for a public key of 65 bytes, 31 to 34 for one of 33.
_FIRST, _COMPRESSED, _LAST = 27, 31, 34


def message_digest(text: str) -> bytes:
    """Hash a message, encoded as UTF-8, to the 32 bytes that are signed. Raises EncodeError."""
    if not isinstance(text, str):
        raise EncodeError(f"message must be text, not {kind_of(text)}")
    try:
        message = text.encode()
    except UnicodeEncodeError as error:
        at = error.start
        raise EncodeError(
            f"message cannot be encoded as UTF-8: unpaired surrogate {text[at]!a} at character {at}"
        ) from None
    return hash256(b"".join(encode_compact_size(len(each)) + each for each in (_MAGIC, message)))


def sign_message(key: PrivateKey, text: str) -> str:
    """Sign a message for the P2PKH address of a key; 88 characters of base64, deterministic.

    Raises InvalidKey unless `key` is a PrivateKey, EncodeError unless `text` is text.
    """
    if not isinstance(key, PrivateKey):
        raise InvalidKey(f"key must be a PrivateKey, not {kind_of(key)}")
    signature, recovery_id = sign_recoverable(key.secret, message_digest(text))
    first = (_COMPRESSED if key.compressed else _FIRST) + recovery_id
    return b64encode(bytes((first,)) + signature).decode()


def verify_message(address: str, text: str, signature: str) -> bool:
    """Whether the key of a P2PKH address, in any notation and of any network, signed the message.

    If not, `message_signer` tells which public key did. Raises AddressError unless it is a
    P2PKH address, DecodeError for an invalid signature, and EncodeError unless `text` and
    `signature` are text.
    """
    payee = decode_address(address)
    if payee.kind != "p2pkh":
        raise AddressError(
            f"{payee} is a {payee.kind} address: expected P2PKH, the only kind to sign messages"
        )
    return hash160(message_signer(text, signature)) == payee.payload


def message_signer(text: str, signature: str) -> bytes:
    """Recover the public key, 33 or 65 bytes, that signed the message.

    Raises DecodeError for a signature that is not 65 bytes in base64, begins with a byte other
    than 27 to 34, or fits no key, and EncodeError unless both are text.
    """
    digest = message_digest(text)
    data = _decode(signature)
    if not _FIRST <= data[0] <= _LAST:
        raise DecodeError(
            f"first byte {data[0]} of a message signature is out of range:"
            f" expected {_FIRST} to {_LAST}",
            0,
        )
    is_compressed = data[0] >= _COMPRESSED
    recovery_id = (data[0] - _FIRST) % 4
    public_key = recover_public_key(data[1:], recovery_id, digest, compressed=is_compressed)
    if public_key is None:
        raise DecodeError("no public key fits the message signature", 1)
    return public_key


def _decode(signature: str) -> bytes:
    """Decode a signature to 65 bytes, accepting only canonical base64. Raises DecodeError."""
    if not isinstance(signature, str):
        raise EncodeError(f"message signature must be base64 text, not {kind_of(signature)}")
    try:
        data = b64decode(signature, validate=True)
    except (Error, ValueError):
        raise DecodeError("message signature is not valid base64", 0) from None
    if len(data) != _SIZE:
        raise DecodeError(f"message signature must be {_SIZE} bytes, not {len(data)}", 0)
    if b64encode(data).decode() != signature:
        raise DecodeError("message signature is not canonical base64: padding bits are set", _SIZE)
    return data
