"""Public keys and their hashes that stand for cosigners in unlockers."""

from __future__ import annotations

from dataclasses import dataclass

from ..crypto.hashes import hash160
from ..crypto.secp256k1 import is_public_key
from ..encoding.addresses import decode_address
from ..encoding.expected import kind_of
from ..errors import AddressError, InvalidKey
from ..script.patterns import p2pkh

__all__ = ["KeyHash", "PublicKey"]

_PREFIXES = {33: (2, 3), 65: (4,)}


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A cosigner's public key of 33 or 65 bytes, in place of a private key.

    Raises InvalidKey for bytes that do not encode a point on the curve.
    """

    public_key: bytes

    def __post_init__(self) -> None:
        data: object = self.public_key
        if not isinstance(data, bytes):
            raise InvalidKey(f"public key must be bytes, not {kind_of(data)}")
        if data[:1] not in map(bytes, ((each,) for each in _PREFIXES.get(len(data), ()))):
            raise InvalidKey(
                "public key must be 33 bytes beginning with 2 or 3, or 65 beginning with 4,"
                f" not {len(data)}: 0x{data[:33].hex()}"
            )
        if not is_public_key(data):
            raise InvalidKey(f"public key 0x{data.hex()} is not a point on the curve")

    @property
    def locking_bytecode(self) -> bytes:
        """The P2PKH script that pays to this key."""
        return p2pkh(hash160(self.public_key))


@dataclass(frozen=True, slots=True)
class KeyHash:
    """A cosigner of whom only the public key's hash is known, as in a P2PKH address.

    Raises InvalidKey unless it is 20 bytes.
    """

    public_key_hash: bytes

    def __post_init__(self) -> None:
        data: object = self.public_key_hash
        if not isinstance(data, bytes) or len(data) != 20:
            what = f"{len(data)} bytes" if isinstance(data, bytes) else kind_of(data)
            raise InvalidKey(f"public key hash must be 20 bytes, not {what}")

    @classmethod
    def of_address(cls, address: str) -> KeyHash:
        """Take the key hash of a P2PKH address. Raises AddressError for any other address."""
        payee = decode_address(address)
        if payee.kind != "p2pkh":
            raise AddressError(f"{payee} is a {payee.kind} address: expected P2PKH")
        return cls(payee.payload)

    @property
    def locking_bytecode(self) -> bytes:
        """The P2PKH script that pays to the key."""
        return p2pkh(self.public_key_hash)
