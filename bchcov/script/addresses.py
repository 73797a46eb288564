"""Addresses under the name that they had before; `bchcov.encoding.addresses` has them."""

from ..encoding.addresses import (
    NETWORK_PREFIXES,
    Address,
    AddressKind,
    check_network,
    decode_address,
    encode_address,
    locking_bytecode_of,
)

__all__ = [
    "NETWORK_PREFIXES",
    "Address",
    "AddressKind",
    "check_network",
    "decode_address",
    "encode_address",
    "locking_bytecode_of",
]
