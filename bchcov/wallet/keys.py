"""Private keys: from bytes, WIF or bitcash, and what they sign."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ..crypto.hashes import hash160
from ..crypto.secp256k1 import public_key_of, sign_ecdsa, sign_schnorr
from ..encoding.base58 import decode_base58_check, encode_base58_check
from ..errors import DecodeError, InvalidKey
from ..script.patterns import p2pkh

__all__ = ["PrivateKey"]

_WIF_VERSIONS = {"mainnet": 0x80, "testnet": 0xEF}
_COMPRESSED = b"\x01"


class _BitcashKey(Protocol):
    """What a key of the package bitcash offers: its secret in WIF."""

    def to_wif(self) -> str:
        """Write the key in WIF."""
        ...


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key of 32 bytes; `compressed` says how its public key is written.

    Raises InvalidKey for bytes that are no private key.
    """

    secret: bytes = field(repr=False)
    compressed: bool = True
    public_key: bytes = field(init=False)

    def __post_init__(self) -> None:
        public_key = public_key_of(self.secret, compressed=self.compressed)
        object.__setattr__(self, "public_key", public_key)

    @classmethod
    def from_wif(cls, text: str) -> PrivateKey:
        """Read a key in wallet import format, of any network. Raises InvalidKey."""
        try:
            data = decode_base58_check(text)
        except DecodeError as error:
            raise InvalidKey(f"not a key in wallet import format: {error.message}") from None
        if not data or data[0] not in _WIF_VERSIONS.values():
            raise InvalidKey("not a key in wallet import format: the version byte is unknown")
        secret, rest = data[1:33], data[33:]
        if len(secret) != 32 or rest not in (b"", _COMPRESSED):
            raise InvalidKey(f"not a key in wallet import format: it holds {len(data)} bytes")
        return cls(secret, compressed=bool(rest))

    @classmethod
    def from_bitcash(cls, key: _BitcashKey) -> PrivateKey:
        """Take over a key of the package bitcash."""
        return cls.from_wif(key.to_wif())

    def to_wif(self, network: str = "mainnet") -> str:
        """Write the key in wallet import format, for "mainnet" or "testnet" (any test network)."""
        if network not in _WIF_VERSIONS:
            raise InvalidKey(f"no network is called {network!r}: mainnet or testnet")
        flag = _COMPRESSED if self.compressed else b""
        return encode_base58_check(bytes((_WIF_VERSIONS[network],)) + self.secret + flag)

    @property
    def public_key_hash(self) -> bytes:
        """The HASH160 of the public key."""
        return hash160(self.public_key)

    @property
    def locking_bytecode(self) -> bytes:
        """The P2PKH script that pays to this key."""
        return p2pkh(self.public_key_hash)

    def sign_schnorr(self, digest: bytes) -> bytes:
        """Sign a 32-byte digest; 64 bytes, the same each time."""
        return sign_schnorr(self.secret, digest)

    def sign_ecdsa(self, digest: bytes) -> bytes:
        """Sign a 32-byte digest; strict DER with the low s, the same each time."""
        return sign_ecdsa(self.secret, digest)
