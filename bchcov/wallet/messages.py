"""Messages signed with the key of an address, as wallets of Bitcoin Cash sign and check them.

Bitcoin Cash Node's `signmessage`, Electron Cash and WalletConnect's `bch_signMessage` write the
same: 65 bytes in base64, the first of which says how the public key is recovered and written.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error

from ..crypto.hashes import hash160, hash256
from ..crypto.secp256k1 import recover_public_key, sign_recoverable
from ..encoding.compact_size import encode_compact_size
from ..encoding.expected import kind_of
from ..errors import AddressError, DecodeError, EncodeError, InvalidKey
from ..script.addresses import decode_address
from .keys import PrivateKey

__all__ = ["message_digest", "message_signer", "sign_message", "verify_message"]

_MAGIC = b"Bitcoin Signed Message:\n"
_SIZE = 65
# 27 to 30 for a public key of 65 bytes, 31 to 34 for one of 33.
_FIRST, _COMPRESSED, _LAST = 27, 31, 34


def message_digest(text: str) -> bytes:
    """Hash a message, in UTF-8, to the 32 bytes that are signed. Raises EncodeError."""
    if not isinstance(text, str):
        raise EncodeError(f"a message is text, not {kind_of(text)}")
    try:
        message = text.encode()
    except UnicodeEncodeError as error:
        at = error.start
        raise EncodeError(
            f"a message in UTF-8 has no unpaired surrogate: {text[at]!a} at character {at}"
        ) from None
    return hash256(b"".join(encode_compact_size(len(each)) + each for each in (_MAGIC, message)))


def sign_message(key: PrivateKey, text: str) -> str:
    """Sign a message for the P2PKH address of a key; 88 characters of base64, always the same.

    Raises InvalidKey for what is no key, EncodeError for what is no text.
    """
    if not isinstance(key, PrivateKey):
        raise InvalidKey(f"a message is signed with a PrivateKey, not {kind_of(key)}")
    signature, recovery_id = sign_recoverable(key.secret, message_digest(text))
    first = (_COMPRESSED if key.compressed else _FIRST) + recovery_id
    return b64encode(bytes((first,)) + signature).decode()


def verify_message(address: str, text: str, signature: str) -> bool:
    """Whether the key of a P2PKH address, of any notation and network, signed the message.

    Where it is False, `message_signer` says which public key did. Raises AddressError for
    what is no P2PKH address, DecodeError for a signature that nobody can have made, and
    EncodeError for what is no text.
    """
    payee = decode_address(address)
    if payee.kind != "p2pkh":
        raise AddressError(
            f"{payee} is a {payee.kind} address: messages are signed for P2PKH addresses"
        )
    return hash160(message_signer(text, signature)) == payee.payload


def message_signer(text: str, signature: str) -> bytes:
    """Recover the public key, 33 bytes or 65, whose signature of the message this is.

    Raises DecodeError for a signature that is not 65 bytes in base64, begins with a byte other
    than 27 to 34, or fits no key, and EncodeError for what is no text.
    """
    digest = message_digest(text)
    data = _decode(signature)
    if not _FIRST <= data[0] <= _LAST:
        raise DecodeError(
            f"a message's signature begins with a byte of {_FIRST} to {_LAST}, not {data[0]}", 0
        )
    is_compressed = data[0] >= _COMPRESSED
    recovery_id = (data[0] - _FIRST) % 4
    public_key = recover_public_key(data[1:], recovery_id, digest, compressed=is_compressed)
    if public_key is None:
        raise DecodeError("no public key fits the signature of a message", 1)
    return public_key


def _decode(signature: str) -> bytes:
    """The 65 bytes of a signature; each has one text only. Raises DecodeError."""
    if not isinstance(signature, str):
        raise EncodeError(f"a message's signature is text in base64, not {kind_of(signature)}")
    try:
        data = b64decode(signature, validate=True)
    except (Error, ValueError):
        raise DecodeError("a message's signature is not base64", 0) from None
    if len(data) != _SIZE:
        raise DecodeError(f"a message's signature is {_SIZE} bytes, not {len(data)}", 0)
    if b64encode(data).decode() != signature:
        raise DecodeError("a message's signature has bits behind its last byte", _SIZE)
    return data
