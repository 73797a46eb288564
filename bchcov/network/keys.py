"""Keys of the package bitcash, of a network that the caller names, and back."""

from __future__ import annotations

from typing import Protocol

import bitcash

from ..encoding.expected import kind_of
from ..encoding.networks import ADDRESS_PREFIXES
from ..errors import AddressError, InvalidKey
from ..script.addresses import decode_address
from ..wallet.keys import PrivateKey

__all__ = ["BitcashKey", "key_from_bitcash", "key_to_bitcash"]

_KINDS = {
    "bitcoincash": bitcash.PrivateKey,
    "bchtest": bitcash.PrivateKeyTestnet,
    "bchreg": bitcash.PrivateKeyRegtest,
}


class BitcashKey(Protocol):
    """A key of the package bitcash: its secret in WIF, and its address."""

    @property
    def address(self) -> str:
        """The cashaddr of its public key, with the prefix of its network."""
        ...

    def to_wif(self) -> str:
        """Write the key in WIF."""
        ...


def key_from_bitcash(key: BitcashKey, *, network: str) -> PrivateKey:
    """Take over a key of bitcash that belongs to `network`. Raises InvalidKey for any other.

    Its address says where it belongs: keys of the test networks and of regtest are written alike.
    """
    made = PrivateKey.from_bitcash(key)
    try:
        decode_address(key.address, network=network)
    except AddressError as error:
        raise InvalidKey(f"a key of bitcash: {error}") from None
    return made


def key_to_bitcash(key: PrivateKey, *, network: str) -> BitcashKey:
    """Make the key of bitcash for a network. Raises InvalidKey for what is no key or network."""
    if not isinstance(key, PrivateKey):
        raise InvalidKey(f"a key for bitcash is made of a PrivateKey, not {kind_of(key)}")
    wif = key.to_wif(network)
    made: BitcashKey = _KINDS[ADDRESS_PREFIXES[network]](wif)
    return made
