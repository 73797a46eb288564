"""Hierarchical deterministic keys: private and public keys from which others are derived.

Source: BIP32.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..crypto.hashes import hash160
from ..crypto.secp256k1 import add_to_private_key, add_to_public_key, is_public_key, public_key_of
from ..encoding.base58 import decode_base58_check, encode_base58_check
from ..encoding.expected import expect_bytes, expect_integer, kind_of, shown
from ..errors import DecodeError, EncodeError, InvalidKey

__all__ = ["HARDENED", "HdPrivateKey", "HdPublicKey"]

HARDENED = 1 << 31
"""The first index of a hardened child, written 0': it cannot be derived from a public key."""

_PRIVATE = {"mainnet": 0x0488ADE4, "testnet": 0x04358394}
_PUBLIC = {"mainnet": 0x0488B21E, "testnet": 0x043587CF}
_SIZE = 78
_MAX_DEPTH = 255
_NO_PARENT = bytes(4)
_PATH = re.compile(r"[0-9]{1,10}'?(?:/[0-9]{1,10}'?)*")


def _mac(key: bytes, data: bytes) -> tuple[bytes, bytes]:
    made = hmac.digest(key, data, "sha512")
    return made[:32], made[32:]


def _steps(path: str, root: str, depth: int) -> Iterator[int]:
    """Yield the index of each child of a path from the root, or "0'/1" from where one is."""
    if not isinstance(path, str):
        raise InvalidKey(f"a path of derivation must be text, not {kind_of(path)}")
    relative = path.removeprefix(f"{root}/")
    if path.startswith(root) and depth:
        raise InvalidKey(
            f"the path {path[:60]!a} begins at a master key, this one has depth {depth}"
        )
    if path in ("", root):
        return
    if not _PATH.fullmatch(relative):
        raise InvalidKey(f"{path[:60]!a} is no path of derivation, as m/44'/145'/0'")
    for step in relative.split("/"):
        index = int(step.removesuffix("'")) + (HARDENED if step.endswith("'") else 0)
        if index >= 2 * HARDENED:
            raise InvalidKey(f"the index {step} in {path[:60]!a} is beyond {HARDENED - 1}'")
        yield index


def _read(text: str, versions: dict[str, int], what: str) -> tuple[int, bytes, int, bytes, bytes]:
    """Return depth, parent's fingerprint, index, chain code and the 33 bytes of the key."""
    if not isinstance(text, str):
        raise InvalidKey(f"an HD key is text, not {kind_of(text)}")
    try:
        data = decode_base58_check(text)
    except DecodeError as error:
        raise InvalidKey(f"not an HD key: {error.message}") from None
    if len(data) != _SIZE:
        raise InvalidKey(f"not an HD key: {len(data)} bytes, not {_SIZE}")
    version = int.from_bytes(data[:4], "big")
    if version not in versions.values():
        other = version in (*_PRIVATE.values(), *_PUBLIC.values())
        raise InvalidKey(f"not {what}: {'it is of the other kind' if other else 'another version'}")
    depth, fingerprint, index = data[4], data[5:9], int.from_bytes(data[9:13], "big")
    if not depth and (index or fingerprint != _NO_PARENT):
        raise InvalidKey("not an HD key: a master key has no parent and no index")
    return depth, fingerprint, index, data[13:45], data[45:]


@dataclass(frozen=True, slots=True)
class HdPublicKey:
    """A public key of 33 bytes from which children that are not hardened are derived.

    Raises InvalidKey for a field of a wrong type, size or range.
    """

    public_key: bytes
    chain_code: bytes
    depth: int = 0
    parent_fingerprint: bytes = _NO_PARENT
    index: int = 0

    def __post_init__(self) -> None:
        _check_fields(self, self.public_key, 33)

    @classmethod
    def from_text(cls, text: str) -> HdPublicKey:
        """Read a key in its text form (xpub or tpub). Raises InvalidKey."""
        depth, fingerprint, index, chain_code, key = _read(text, _PUBLIC, "an HD public key")
        if not is_public_key(key):
            raise InvalidKey("not an HD key: its public key is no point of the curve")
        return cls(key, chain_code, depth, fingerprint, index)

    def to_text(self, network: str = "mainnet") -> str:
        """Write the key as text, for "mainnet" (xpub) or "testnet" (tpub)."""
        return _write(self, _PUBLIC, network, self.public_key)

    def child(self, index: int) -> HdPublicKey:
        """Derive the child of an index below 2**31. Raises InvalidKey."""
        _check_index(index)
        if index >= HARDENED:
            raise InvalidKey(f"the hardened child {index - HARDENED}' needs the private key")
        added, chain_code = _mac(self.chain_code, self.public_key + index.to_bytes(4, "big"))
        made = add_to_public_key(self.public_key, added)
        return HdPublicKey(
            *_child(made, chain_code, self.depth, index), hash160(self.public_key)[:4], index
        )

    def derive(self, path: str) -> HdPublicKey:
        """Derive along a path, "M/0/1" from a master key or "0/1". Raises InvalidKey."""
        key = self
        for index in _steps(path, "M", self.depth):
            key = key.child(index)
        return key


@dataclass(frozen=True, slots=True)
class HdPrivateKey:
    """A private key of 32 bytes from which others are derived.

    Raises InvalidKey for a field of a wrong type, size or range.
    """

    secret: bytes = field(repr=False)
    chain_code: bytes = field(repr=False)
    depth: int = 0
    parent_fingerprint: bytes = _NO_PARENT
    index: int = 0

    def __post_init__(self) -> None:
        _check_fields(self, self.secret, 32)

    @classmethod
    def from_seed(cls, seed: bytes) -> HdPrivateKey:
        """Make the master key of a seed, which should have 16 to 64 bytes. Raises InvalidKey."""
        if not isinstance(seed, bytes):
            raise InvalidKey(f"a seed must be bytes, not {kind_of(seed)}")
        secret, chain_code = _mac(b"Bitcoin seed", seed)
        public_key_of(secret)
        return cls(secret, chain_code)

    @classmethod
    def from_text(cls, text: str) -> HdPrivateKey:
        """Read a key in its text form (xprv or tprv). Raises InvalidKey."""
        depth, fingerprint, index, chain_code, key = _read(text, _PRIVATE, "an HD private key")
        if key[0]:
            raise InvalidKey("not an HD key: its private key does not begin with a zero byte")
        public_key_of(key[1:])
        return cls(key[1:], chain_code, depth, fingerprint, index)

    def to_text(self, network: str = "mainnet") -> str:
        """Write the key as text, for "mainnet" (xprv) or "testnet" (tprv)."""
        return _write(self, _PRIVATE, network, b"\x00" + self.secret)

    @property
    def public_key(self) -> bytes:
        """The public key, 33 bytes."""
        return public_key_of(self.secret)

    @property
    def public(self) -> HdPublicKey:
        """What derives the public keys of the same children, but for hardened ones."""
        return HdPublicKey(
            self.public_key, self.chain_code, self.depth, self.parent_fingerprint, self.index
        )

    def child(self, index: int) -> HdPrivateKey:
        """Derive the child of an index below 2**32; from 2**31 on it is hardened.

        Raises InvalidKey.
        """
        _check_index(index)
        public_key = self.public_key
        key = b"\x00" + self.secret if index >= HARDENED else public_key
        added, chain_code = _mac(self.chain_code, key + index.to_bytes(4, "big"))
        made = add_to_private_key(self.secret, added)
        return HdPrivateKey(
            *_child(made, chain_code, self.depth, index), hash160(public_key)[:4], index
        )

    def derive(self, path: str) -> HdPrivateKey:
        """Derive along a path, "m/44'/145'/0'" from a master key or "0/1". Raises InvalidKey."""
        key = self
        for index in _steps(path, "m", self.depth):
            key = key.child(index)
        return key


def _check_fields(key: HdPrivateKey | HdPublicKey, data: bytes, size: int) -> None:
    try:
        expect_bytes(data, "an HD key", size=size)
        expect_bytes(key.chain_code, "chain code", size=32)
        expect_bytes(key.parent_fingerprint, "fingerprint", size=len(_NO_PARENT))
        expect_integer(key.depth, "depth", _MAX_DEPTH)
        expect_integer(key.index, "index", 2 * HARDENED - 1)
    except EncodeError as error:
        raise InvalidKey(str(error)) from None


def _check_index(index: int) -> None:
    if not isinstance(index, int) or isinstance(index, bool):
        raise InvalidKey(f"the index of a child must be an integer, not {kind_of(index)}")
    if not 0 <= index < 2 * HARDENED:
        raise InvalidKey(f"the index of a child {shown(index)} is not 0 to {2 * HARDENED - 1}")


def _child(
    key: bytes | None, chain_code: bytes, depth: int, index: int
) -> tuple[bytes, bytes, int]:
    if key is None:
        raise InvalidKey(f"there is no child {index}: take the next index")
    if depth == _MAX_DEPTH:
        raise InvalidKey(f"a key of depth {_MAX_DEPTH} has no children")
    return key, chain_code, depth + 1


def _write(
    key: HdPrivateKey | HdPublicKey, versions: dict[str, int], network: str, data: bytes
) -> str:
    if network not in versions:
        raise InvalidKey(f"no network is called {network!r}: {', '.join(versions)}")
    return encode_base58_check(
        versions[network].to_bytes(4, "big")
        + bytes((key.depth,))
        + key.parent_fingerprint
        + key.index.to_bytes(4, "big")
        + key.chain_code
        + data
    )
