"""The cashaddr format: a prefix, a version byte and a payload, with a 40-bit checksum.

The package `cashaddress` computes the checksum and base32. Its `Address` class and that of
`bitcash` are not used: both accept payloads of any length and padding bits that are set.
The first also lacks token addresses, and the second takes 0.1 s to import.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..errors import AddressError

__all__ = ["CashAddress", "decode_cashaddr", "encode_cashaddr"]

_ALPHABET = frozenset("qpzry9x8gf2tvdw0s3jn54khce6mua7l")
_SIZES = (20, 24, 28, 32, 40, 48, 56, 64)
_CHECKSUM_LENGTH = 8
# The longest payload of the format, 64 bytes, takes 112 characters.
_LONGEST = 112


class CashAddress(NamedTuple):
    """What a cashaddr text holds: prefix, type (0 to 15) and payload (20 to 64 bytes)."""

    prefix: str
    type: int
    payload: bytes


def encode_cashaddr(prefix: str, kind: int, payload: bytes) -> str:
    """Write `payload` (20, 24, 28, 32, 40, 48, 56 or 64 bytes) as `prefix:...`.

    Raises AddressError for another length and for a type `kind` that is not 0 to 15.
    Source: Bitcoin Cash specification, "CashAddr address format".
    """
    from cashaddress.crypto import (
        b32encode,
        calculate_checksum,
        convertbits,
    )

    if len(payload) not in _SIZES:
        raise AddressError(f"cashaddr payload of {len(payload)} bytes: expected one of {_SIZES}")
    if not 0 <= kind <= 15:
        raise AddressError(f"cashaddr type {kind} is out of range: expected 0 to 15")
    version = kind << 3 | _SIZES.index(len(payload))
    symbols = convertbits([version, *payload], 8, 5)
    return f"{prefix}:{b32encode(symbols + calculate_checksum(prefix, symbols))}"


def _split(text: str) -> tuple[str, str]:
    """Split at the colon, lower case; the prefix is empty where there is no colon."""
    if not text.isascii():
        raise AddressError("a cashaddr must be ASCII text")
    if text not in (text.lower(), text.upper()):
        raise AddressError("a cashaddr must not mix lower and upper case")
    prefix, colon, body = text.lower().rpartition(":")
    if colon and not prefix.isalpha():
        raise AddressError("a cashaddr must begin with a prefix of letters and a colon")
    if not _CHECKSUM_LENGTH < len(body) <= _LONGEST:
        where = " after the cashaddr prefix" if colon else ""
        raise AddressError(
            f"{len(body)} characters{where}: expected {_CHECKSUM_LENGTH + 1} to {_LONGEST}"
        )
    start = len(text) - len(body)
    for at, character in enumerate(body):
        if character not in _ALPHABET:
            raise AddressError(
                f"invalid cashaddr character {character!r} at position {start + at + 1}"
            )
    return prefix, body


def _read_payload(data: Sequence[int]) -> tuple[int, bytes]:
    """Read the version byte; return the type and the payload after it."""
    version, payload = data[0], bytes(data[1:])
    if version & 0x80:
        raise AddressError(f"version byte {version:#04x} sets the reserved bit")
    if len(payload) != _SIZES[version & 7]:
        raise AddressError(
            f"version byte {version:#04x} announces a hash of {_SIZES[version & 7]} bytes, "
            f"the address has {len(payload)}"
        )
    return version >> 3, payload


def decode_cashaddr(text: str, *, omitted_prefixes: Sequence[str] = ()) -> CashAddress:
    """Read `prefix:...`, all lower or all upper case.

    Text without a prefix gets the first of `omitted_prefixes` that matches the checksum.
    Raises AddressError, which says what is wrong: mixed case, a missing prefix, an invalid
    character, the length, the checksum, the version byte or the padding.
    """
    from cashaddress.crypto import b32decode, convertbits, verify_checksum

    prefix, body = _split(text)
    candidates = (prefix,) if prefix else tuple(omitted_prefixes)
    if not candidates:
        raise AddressError("a cashaddr must begin with a prefix of letters and a colon")
    symbols = b32decode(body)
    matching = next((each for each in candidates if verify_checksum(each, symbols)), None)
    if matching is None:
        names = " or ".join(candidates)
        raise AddressError(f"the checksum does not match the address with the prefix {names}")
    data = convertbits(symbols[:-_CHECKSUM_LENGTH], 5, 8, pad=False)
    if not data:
        raise AddressError("invalid cashaddr padding: expected fewer than 5 bits, all 0")
    return CashAddress(matching, *_read_payload(data))
