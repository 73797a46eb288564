"""Private keys: from bytes, WIF or bitcash, and what they sign."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ..crypto.hashes import hash160
from ..crypto.secp256k1 import public_key_of, sign_ecdsa, sign_schnorr
from ..encoding.base58 import decode_base58_check, encode_base58_check
from ..encoding.expected import kind_of
from ..encoding.networks import WIF_VERSIONS
from ..errors import DecodeError, InvalidKey
from ..script.patterns import p2pkh

__all__ = ["PrivateKey"]

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
        if not isinstance(self.secret, bytes):
            raise InvalidKey(f"a private key is 32 bytes, not {kind_of(self.secret)}: see from_wif")
        if not isinstance(self.compressed, bool):
            raise InvalidKey(f"compressed is True or False, not {kind_of(self.compressed)}")
        public_key = public_key_of(self.secret, compressed=self.compressed)
        object.__setattr__(self, "public_key", public_key)

    @classmethod
    def from_wif(cls, text: str, *, network: str | None = "mainnet") -> PrivateKey:
        """Read a key in wallet import format, of this network or, with None, of any.

        All networks but mainnet write keys alike. Raises InvalidKey that says what is wrong.
        """
        if network is not None:
            _check_network(network)
        if not isinstance(text, str):
            raise InvalidKey(f"a key in wallet import format is text, not {kind_of(text)}")
        try:
            data = decode_base58_check(text)
        except DecodeError as error:
            raise InvalidKey(f"not a key in wallet import format: {error.message}") from None
        if not data or data[0] not in WIF_VERSIONS.values():
            raise InvalidKey("not a key in wallet import format: the version byte is unknown")
        if network is not None and data[0] != WIF_VERSIONS[network]:
            is_main = data[0] == WIF_VERSIONS["mainnet"]
            raise InvalidKey(
                f"a key of {'mainnet' if is_main else 'a test network'}, not of {network}:"
                " say which network is meant"
            )
        secret, rest = data[1:33], data[33:]
        if len(secret) != 32 or rest not in (b"", _COMPRESSED):
            raise InvalidKey(f"not a key in wallet import format: it holds {len(data)} bytes")
        return cls(secret, compressed=bool(rest))

    @classmethod
    def from_bitcash(cls, key: _BitcashKey) -> PrivateKey:
        """Take over a key of the package bitcash, of any network. Raises InvalidKey."""
        if not callable(getattr(key, "to_wif", None)):
            raise InvalidKey(f"a key of bitcash has a method to_wif, {kind_of(key)} has none")
        return cls.from_wif(key.to_wif(), network=None)

    def to_wif(self, network: str = "mainnet") -> str:
        """Write the key in wallet import format of a network. Raises InvalidKey for no network."""
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

    def sign_schnorr(self, digest: bytes) -> bytes:
        """Sign a 32-byte digest; 64 bytes, the same each time. Raises InvalidKey."""
        return sign_schnorr(self.secret, _digest(digest))

    def sign_ecdsa(self, digest: bytes) -> bytes:
        """Sign a 32-byte digest; strict DER, low s, the same each time. Raises InvalidKey."""
        return sign_ecdsa(self.secret, _digest(digest))


def _digest(digest: bytes) -> bytes:
    if not isinstance(digest, bytes):
        raise InvalidKey(f"a digest to sign is 32 bytes, not {kind_of(digest)}")
    return digest


def _check_network(network: str) -> None:
    if not isinstance(network, str) or network not in WIF_VERSIONS:
        named = repr(network) if isinstance(network, str) else kind_of(network)
        raise InvalidKey(f"no network is called {named}: {', '.join(WIF_VERSIONS)}")
