"""Reading the parts of a transaction from the wire format: counts, inputs, outputs, tokens.

Source: CHIP-2022-02-CashTokens, "Token Encoding"; the rest is the wire format of 2009.
"""

from __future__ import annotations

from ..encoding.compact_size import read_compact_size
from ..errors import DecodeError
from .constants import MAX_TOKEN_AMOUNT
from .model import Capability, Input, Nft, Output, Token

__all__ = ["NO_PREFIX", "read_count", "read_input", "read_output", "take"]

NO_PREFIX = -1
"""In place of the token prefix, for outputs from before tokens: equal to no byte."""

_HAS_COMMITMENT, _HAS_NFT, _HAS_AMOUNT = 0x40, 0x20, 0x10
_CAPABILITIES = tuple(Capability)


def take(data: bytes, offset: int, size: int, what: str) -> bytes:
    """Take `size` bytes at an offset. Raises DecodeError that names `what` is cut off."""
    taken = data[offset : offset + size]
    if len(taken) < size:
        raise DecodeError(f"{what} is cut off: expected {size} bytes, found {len(taken)}", offset)
    return taken


def read_count(data: bytes, offset: int, what: str, smallest: int) -> tuple[int, int]:
    """Read how many there are of `what`, each of at least `smallest` bytes; return also the end."""
    count, offset = read_compact_size(data, offset)
    # A count that the rest cannot hold is refused before anything is read.
    if count * smallest > len(data) - offset:
        raise DecodeError(
            f"{count} {what} are announced, but only {len(data) - offset} bytes are left", offset
        )
    return count, offset


def read_input(data: bytes, offset: int) -> tuple[Input, int]:
    """Read an input; return also where it ends. Raises DecodeError."""
    outpoint = take(data, offset, 36, "outpoint")
    size, start = read_compact_size(data, offset + 36)
    end = start + size
    unlocking = data[start:end]
    if len(unlocking) < size:
        take(data, start, size, "unlocking bytecode")
    sequence = data[end : end + 4]
    if len(sequence) < 4:
        take(data, end, 4, "sequence number")
    return (
        Input(
            outpoint[:32],
            int.from_bytes(outpoint[32:], "little"),
            unlocking,
            int.from_bytes(sequence, "little"),
        ),
        end + 4,
    )


def _read_token(field: bytes) -> tuple[Token, int]:
    """Read the token prefix at the start of `field`; return the token and where it ends.

    `field` is no more than what the output's length announces, and copied for this output
    alone: a slice of the whole for each of many outputs takes quadratic time.
    """
    category = take(field, 1, 32, "token category")
    at = 33
    bitfield = take(field, at, 1, "token bitfield")[0]
    capability = bitfield & 0x0F
    if bitfield & 0x80:
        raise DecodeError(f"token bitfield {bitfield:#04x} sets the reserved bit", at)
    if capability > Capability.MINTING:
        raise DecodeError(f"token bitfield {bitfield:#04x}: unknown capability {capability}", at)
    if not bitfield & _HAS_NFT and (capability or bitfield & _HAS_COMMITMENT):
        raise DecodeError(
            f"token bitfield {bitfield:#04x}: a capability or commitment needs an NFT", at
        )
    if not bitfield & (_HAS_NFT | _HAS_AMOUNT):
        raise DecodeError(f"token bitfield {bitfield:#04x} encodes no token", at)
    at += 1
    nft = None
    if bitfield & _HAS_NFT:
        commitment = b""
        if bitfield & _HAS_COMMITMENT:
            size, start = read_compact_size(field, at)
            if not size:
                raise DecodeError("the token commitment is announced but empty", at)
            commitment = take(field, start, size, "token commitment")
            at = start + size
        nft = Nft(commitment, _CAPABILITIES[capability])
    amount = 0
    if bitfield & _HAS_AMOUNT:
        amount, after = read_compact_size(field, at)
        if not 1 <= amount <= MAX_TOKEN_AMOUNT:
            raise DecodeError(f"token amount {amount} is out of range: expected 1 to 2**63 - 1", at)
        at = after
    return Token(category, amount, nft), at


def read_output(data: bytes, offset: int, prefix: int) -> tuple[Output, int]:
    """Read an output, whose tokens begin with `prefix`; return also where it ends."""
    value = data[offset : offset + 8]
    if len(value) < 8:
        take(data, offset, 8, "output's value")
    size, start = read_compact_size(data, offset + 8)
    end = start + size
    if end > len(data):
        take(data, start, size, "locking bytecode")
    code, token = data[start:end], None
    if size and code[0] == prefix:
        try:
            token, length = _read_token(code)
        except DecodeError as error:
            raise DecodeError(error.message, start + error.offset) from None
        code = code[length:]
    return Output(int.from_bytes(value, "little"), code, token), end
