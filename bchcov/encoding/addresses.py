"""Addresses: the text forms of P2PKH, P2SH20 and P2SH32 locking bytecodes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from ..errors import AddressError, DecodeError
from .base58 import decode_base58_check
from .cashaddr import decode_cashaddr, encode_cashaddr
from .expected import kind_of
from .networks import ADDRESS_PREFIXES

__all__ = [
    "NETWORK_PREFIXES",
    "Address",
    "AddressKind",
    "check_network",
    "decode_address",
    "encode_address",
    "locking_bytecode_of",
]

AddressKind = Literal["p2pkh", "p2sh20", "p2sh32"]

NETWORK_PREFIXES = ("bitcoincash", "bchtest", "bchreg")
"""The cashaddr prefixes of mainnet, of every test network, and of regtest."""

_NETWORKS = {"bitcoincash": "mainnet", "bchtest": "a test network", "bchreg": "regtest"}

_SHAPES: dict[AddressKind, tuple[bytes, int, bytes]] = {
    "p2pkh": (b"\x76\xa9\x14", 20, b"\x88\xac"),
    "p2sh20": (b"\xa9\x14", 20, b"\x87"),
    "p2sh32": (b"\xaa\x20", 32, b"\x87"),
}
_KINDS: dict[tuple[int, int], AddressKind] = {
    (0, 20): "p2pkh",
    (1, 20): "p2sh20",
    (1, 32): "p2sh32",
}
_TOKEN_AWARE = 2
_LEGACY_VERSIONS: dict[tuple[int, int], tuple[str, AddressKind]] = {
    (0, 20): ("bitcoincash", "p2pkh"),
    (5, 20): ("bitcoincash", "p2sh20"),
    # Nodes write these; wallets write P2SH32 as cashaddr only.
    (5, 32): ("bitcoincash", "p2sh32"),
    (111, 20): ("bchtest", "p2pkh"),
    (196, 20): ("bchtest", "p2sh20"),
    (196, 32): ("bchtest", "p2sh32"),
}
_LEGACY_SIZES = (21, 33)
_PRIVATE_KEY_VERSIONS = (128, 239)
# 25 bytes of base58 take 26 to 35 characters, and no cashaddr body is that short; 37 bytes
# take up to 51, and a cashaddr has letters of one case.
_LONGEST_LEGACY = 35
_LONG_LEGACY = range(46, 53)


@dataclass(frozen=True, slots=True)
class Address:
    """A decoded address; `payload` is the hash of a public key or of a script.

    `token_aware` says that the receiver's wallet handles tokens; the locking bytecode
    does not depend on it.
    """

    network_prefix: str
    kind: AddressKind
    payload: bytes
    token_aware: bool = False

    @property
    def locking_bytecode(self) -> bytes:
        """The locking bytecode of an output that pays to this address."""
        before, _, behind = _SHAPES[self.kind]
        return before + self.payload + behind

    def __str__(self) -> str:
        return encode_address(
            self.locking_bytecode, prefix=self.network_prefix, token_aware=self.token_aware
        )


def _read_cashaddr(text: str) -> Address:
    prefix, kind, payload = decode_cashaddr(text, omitted_prefixes=NETWORK_PREFIXES)
    if prefix not in NETWORK_PREFIXES:
        raise AddressError(
            f"unknown prefix {prefix!r}: expected one of {', '.join(NETWORK_PREFIXES)}"
        )
    token_aware, plain = divmod(kind, _TOKEN_AWARE)
    known = _KINDS.get((plain, len(payload)))
    if known is None or token_aware > 1:
        raise AddressError(f"unknown cashaddr type {kind} with {len(payload)} bytes")
    return Address(prefix, known, payload, bool(token_aware))


def _read_legacy(text: str) -> Address:
    try:
        data = decode_base58_check(text)
    except DecodeError as error:
        raise AddressError(f"not a legacy address: {error.message}") from None
    if data[:1] and data[0] in _PRIVATE_KEY_VERSIONS and len(data) in (33, 34):
        raise AddressError("this is a private key in WIF, not an address")
    if len(data) not in _LEGACY_SIZES:
        raise AddressError(f"legacy address of {len(data)} bytes: expected 21, or 33 for P2SH32")
    known = _LEGACY_VERSIONS.get((data[0], len(data) - 1))
    if known is None:
        what = "a legacy address" if len(data) == _LEGACY_SIZES[0] else "a P2SH32 address"
        raise AddressError(f"unknown version byte {data[0]:#04x} for {what}")
    prefix, kind = known
    return Address(prefix, kind, data[1:])


def _is_legacy(text: str) -> bool:
    if ":" in text:
        return False
    mixed = text not in (text.lower(), text.upper())
    return len(text) <= _LONGEST_LEGACY or (mixed and len(text) in _LONG_LEGACY)


def decode_address(text: str, *, network: str | None = None) -> Address:
    """Decode a cashaddr, with or without its prefix, or a legacy address (P2SH32 included).

    Legacy addresses of the test networks and of regtest look alike; they get the
    prefix bchtest, or that of `network`. Raises AddressError, which says what is wrong with
    the text, or that the address belongs to another network than `network`.
    """
    if not isinstance(text, str):
        raise AddressError(f"address must be text, not {kind_of(text)}")
    is_legacy = _is_legacy(text)
    address = _read_legacy(text) if is_legacy else _read_cashaddr(text)
    if network == "regtest" and is_legacy and address.network_prefix == "bchtest":
        address = replace(address, network_prefix="bchreg")
    return _of_network(address, network)


def _of_network(address: Address, network: str | None) -> Address:
    if network is None:
        return address
    check_network(network)
    if address.network_prefix != ADDRESS_PREFIXES[network]:
        raise AddressError(
            f"{address} is an address of {_NETWORKS[address.network_prefix]}, expected {network}"
        )
    return address


def check_network(network: str) -> None:
    """Raise AddressError if `network` is not the name of a network."""
    if not isinstance(network, str) or network not in ADDRESS_PREFIXES:
        named = repr(network) if isinstance(network, str) else kind_of(network)
        raise AddressError(
            f"unknown network {named}: expected one of {', '.join(ADDRESS_PREFIXES)}"
        )


def encode_address(
    locking_bytecode: bytes, *, prefix: str = "bitcoincash", token_aware: bool = False
) -> str:
    """Write the cashaddr of a P2PKH, P2SH20 or P2SH32 locking bytecode.

    Raises AddressError for every other script, since it has no address, and for a prefix
    that is not bitcoincash, bchtest or bchreg.
    """
    if not isinstance(locking_bytecode, bytes):
        raise AddressError(f"locking bytecode must be bytes, not {kind_of(locking_bytecode)}")
    if prefix not in NETWORK_PREFIXES:
        raise AddressError(
            f"unknown prefix {prefix!r}: expected one of {', '.join(NETWORK_PREFIXES)}"
        )
    for (plain, _), kind in _KINDS.items():
        before, size, behind = _SHAPES[kind]
        if (
            len(locking_bytecode) == len(before) + size + len(behind)
            and locking_bytecode.startswith(before)
            and locking_bytecode.endswith(behind)
        ):
            payload = locking_bytecode[len(before) : len(before) + size]
            return encode_cashaddr(prefix, plain + _TOKEN_AWARE * token_aware, payload)
    raise AddressError(
        f"no address for a script of {len(locking_bytecode)} bytes: expected P2PKH, P2SH20 or"
        " P2SH32"
    )


def locking_bytecode_of(destination: str | bytes | Address, *, network: str | None = None) -> bytes:
    """Return the locking bytecode of an address; bytes are returned as they are.

    Raises AddressError for text that is not an address, and for an address of another
    network than `network`, if one is given.
    """
    if isinstance(destination, bytes):
        return destination
    if isinstance(destination, Address):
        return _of_network(destination, network).locking_bytecode
    if not isinstance(destination, str):
        raise AddressError(
            f"destination must be an address or a locking bytecode, not {kind_of(destination)}"
        )
    return decode_address(destination, network=network).locking_bytecode
