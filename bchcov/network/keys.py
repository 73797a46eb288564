"""Converting keys of the package bitcash to private keys, and back."""

from __future__ import annotations

from typing import Protocol

import bitcash

from ..encoding.addresses import decode_address
from ..encoding.expected import kind_of
from ..encoding.networks import ADDRESS_PREFIXES
from ..errors import AddressError, InvalidKey
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
        """The CashAddr of its public key, with the prefix of its network."""
        ...

    def to_wif(self) -> str:
        """Write the key in WIF."""
        ...


def key_from_bitcash(key: BitcashKey, *, network: str) -> PrivateKey:
    """Convert a key of bitcash that belongs to `network`. Raises InvalidKey for any other.

    The key's address tells its network: the WIF of test networks and of regtest is the same.
    """
    made = PrivateKey.from_bitcash(key)
    try:
        decode_address(key.address, network=network)
    except AddressError as error:
        raise InvalidKey(f"a key of bitcash: {error}") from None
    return made


def key_to_bitcash(key: PrivateKey, *, network: str) -> BitcashKey:
    """Convert a private key to one of bitcash for a network.

    Raises InvalidKey if `key` is not a PrivateKey, and for an unknown network.
    """
    if not isinstance(key, PrivateKey):
        raise InvalidKey(f"key must be a PrivateKey, not {kind_of(key)}")
    wif = key.to_wif(network)
    made: BitcashKey = _KINDS[ADDRESS_PREFIXES[network]](wif)
    return made
