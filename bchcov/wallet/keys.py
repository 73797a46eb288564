"""Private keys: reading them from bytes, WIF or bitcash, and signing with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ..crypto.hashes import hash160, sha256
from ..crypto.secp256k1 import public_key_of, sign_ecdsa, sign_schnorr
from ..encoding.base58 import decode_base58_check, encode_base58_check
from ..encoding.expected import expect_bytes, kind_of
from ..encoding.networks import WIF_VERSIONS
from ..errors import DecodeError, InvalidKey
from ..script.patterns import p2pkh

__all__ = ["PrivateKey"]

_COMPRESSED = b"\x01"


class _BitcashKey(Protocol):
    """A key of the package bitcash, which can export its secret in WIF."""

    def to_wif(self) -> str:
        """Write the key in WIF."""
        ...


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key of 32 bytes; `compressed` selects the encoding of its public key.

    Raises InvalidKey for bytes that are not a private key.
    """

    secret: bytes = field(repr=False)
    compressed: bool = True
    public_key: bytes = field(init=False)

    def __post_init__(self) -> None:
        if not isinstance(self.secret, bytes):
            raise InvalidKey(
                f"private key must be 32 bytes, not {kind_of(self.secret)}: see from_wif"
            )
        if not isinstance(self.compressed, bool):
            raise InvalidKey(f"compressed must be True or False, not {kind_of(self.compressed)}")
        public_key = public_key_of(self.secret, compressed=self.compressed)
        object.__setattr__(self, "public_key", public_key)

    @classmethod
    def from_wif(cls, text: str, *, network: str | None = "mainnet") -> PrivateKey:
        """Read a key in wallet import format (WIF) of a network; None accepts any network.

        All test networks share one format. Raises InvalidKey with the reason.
        """
        if network is not None:
            _check_network(network)
        if not isinstance(text, str):
            raise InvalidKey(f"WIF key must be text, not {kind_of(text)}")
        try:
            data = decode_base58_check(text)
        except DecodeError as error:
            raise InvalidKey(f"invalid WIF key: {error.message}") from None
        if not data or data[0] not in WIF_VERSIONS.values():
            raise InvalidKey("invalid WIF key: unknown version byte")
        if network is not None and data[0] != WIF_VERSIONS[network]:
            is_main = data[0] == WIF_VERSIONS["mainnet"]
            raise InvalidKey(
                f"WIF key is of {'mainnet' if is_main else 'a test network'}, expected {network}:"
                " pass the right network"
            )
        secret, rest = data[1:33], data[33:]
        if len(secret) != 32 or rest not in (b"", _COMPRESSED):
            raise InvalidKey(f"invalid WIF key: {len(data)} bytes, expected 33 or 34")
        return cls(secret, compressed=bool(rest))

    @classmethod
    def from_bitcash(cls, key: _BitcashKey) -> PrivateKey:
        """Convert a key of the package bitcash, of any network. Raises InvalidKey."""
        if not callable(getattr(key, "to_wif", None)):
            raise InvalidKey(f"bitcash key must have a method to_wif, unlike {kind_of(key)}")
        return cls.from_wif(key.to_wif(), network=None)

    def to_wif(self, network: str = "mainnet") -> str:
        """Write the key in wallet import format. Raises InvalidKey for an unknown network."""
        _check_network(network)
        flag = _COMPRESSED if self.compressed else b""
        return encode_base58_check(bytes((WIF_VERSIONS[network],)) + self.secret + flag)

    @property
    def public_key_hash(self) -> bytes:
        """The HASH160 of the public key."""
        return hash160(self.public_key)

    @property
    def locking_bytecode(self) -> bytes:
        """The P2PKH script that pays to this key."""
        return p2pkh(self.public_key_hash)

    def sign_data(self, message: bytes) -> bytes:
        """Sign a message for OP_CHECKDATASIG, which hashes it with SHA256; Schnorr, 64 bytes."""
        return sign_schnorr(self.secret, sha256(expect_bytes(message, "message")))

    def sign_schnorr(self, digest: bytes) -> bytes:
        """Sign a 32-byte digest deterministically; 64 bytes. Raises InvalidKey."""
        return sign_schnorr(self.secret, _digest(digest))

    def sign_ecdsa(self, digest: bytes) -> bytes:
        """Sign a 32-byte digest deterministically; strict DER, low s. Raises InvalidKey."""
        return sign_ecdsa(self.secret, _digest(digest))


def _digest(digest: bytes) -> bytes:
    if not isinstance(digest, bytes):
        raise InvalidKey(f"digest must be 32 bytes, not {kind_of(digest)}")
    return digest


def _check_network(network: str) -> None:
    if not isinstance(network, str) or network not in WIF_VERSIONS:
        named = repr(network) if isinstance(network, str) else kind_of(network)
        raise InvalidKey(f"unknown network {named}: expected one of {', '.join(WIF_VERSIONS)}")
