"""The networks of Bitcoin Cash, with the prefixes of their addresses and private keys."""

from __future__ import annotations

__all__ = ["ADDRESS_PREFIXES", "WIF_VERSIONS"]

ADDRESS_PREFIXES = {
    "mainnet": "bitcoincash",
    "testnet": "bchtest",
    "testnet3": "bchtest",
    "testnet4": "bchtest",
    "scalenet": "bchtest",
    "chipnet": "bchtest",
    "regtest": "bchreg",
}
"""The cashaddr prefix of each network; "testnet" is any of the test networks."""

WIF_VERSIONS = {name: 0x80 if name == "mainnet" else 0xEF for name in ADDRESS_PREFIXES}
"""The first byte of a private key in wallet import format; every network but mainnet shares one."""
