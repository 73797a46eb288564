"""Transactions as bytes: what decodes is written back the same, the rest refused with the offset.

Source: CHIP-2022-02-CashTokens, "Token Encoding"; the rest is the wire format of 2009.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..crypto.hashes import hash256
from ..encoding.compact_size import encode_compact_size, encode_var_bytes, read_compact_size
from ..errors import DecodeError, EncodeError
from .model import Capability, Input, Nft, Output, Token, Transaction

__all__ = [
    "decode_output",
    "decode_outputs",
    "decode_transaction",
    "encode_output",
    "encode_outputs",
    "encode_token_prefix",
    "encode_transaction",
    "transaction_hash",
    "transaction_id",
]

TOKEN_PREFIX = 0xEF
MAXIMUM_TOKEN_AMOUNT = 2**63 - 1

_HAS_COMMITMENT, _HAS_NFT, _HAS_AMOUNT = 0x40, 0x20, 0x10
_CAPABILITIES = tuple(Capability)
_UINT32 = range(2**32)
_UINT64 = range(2**64)


def _take(data: bytes, offset: int, size: int, what: str) -> bytes:
    taken = data[offset : offset + size]
    if len(taken) < size:
        raise DecodeError(f"{what} needs {size} bytes and has {len(taken)}", offset)
    return taken


def _read_count(data: bytes, offset: int, what: str, smallest: int) -> tuple[int, int]:
    count, offset = read_compact_size(data, offset)
    # A count that the rest cannot hold is refused before anything is read.
    if count * smallest > len(data) - offset:
        raise DecodeError(
            f"{count} {what} announced, {len(data) - offset} bytes left for them", offset
        )
    return count, offset


def _read_input(data: bytes, offset: int) -> tuple[Input, int]:
    outpoint = _take(data, offset, 36, "an outpoint")
    size, start = read_compact_size(data, offset + 36)
    end = start + size
    unlocking = data[start:end]
    if len(unlocking) < size:
        _take(data, start, size, "an unlocking bytecode")
    sequence = data[end : end + 4]
    if len(sequence) < 4:
        _take(data, end, 4, "a sequence number")
    return (
        Input(
            outpoint[:32],
            int.from_bytes(outpoint[32:], "little"),
            unlocking,
            int.from_bytes(sequence, "little"),
        ),
        end + 4,
    )


def _read_token(data: bytes, offset: int, end: int) -> tuple[Token, int]:
    """Read the token prefix at `offset` of an output whose bytecode ends at `end`."""
    field = data[:end]
    category = _take(field, offset + 1, 32, "a token category")
    at = offset + 33
    bitfield = _take(field, at, 1, "a token bitfield")[0]
    capability = bitfield & 0x0F
    if bitfield & 0x80:
        raise DecodeError(f"token bitfield {bitfield:#04x} sets the reserved bit", at)
    if capability > Capability.MINTING:
        raise DecodeError(f"token bitfield {bitfield:#04x}: no capability {capability}", at)
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
                raise DecodeError("an encoded token commitment is empty", at)
            commitment = _take(field, start, size, "a token commitment")
            at = start + size
        nft = Nft(commitment, _CAPABILITIES[capability])
    amount = 0
    if bitfield & _HAS_AMOUNT:
        amount, after = read_compact_size(field, at)
        if not 1 <= amount <= MAXIMUM_TOKEN_AMOUNT:
            raise DecodeError(f"token amount {amount} is not 1 to 2**63 - 1", at)
        at = after
    return Token(category, amount, nft), at


def _read_output(data: bytes, offset: int) -> tuple[Output, int]:
    value = data[offset : offset + 8]
    if len(value) < 8:
        _take(data, offset, 8, "an output's value")
    size, start = read_compact_size(data, offset + 8)
    end = start + size
    if end > len(data):
        _take(data, start, size, "a locking bytecode")
    token = None
    if size and data[start] == TOKEN_PREFIX:
        token, start = _read_token(data, start, end)
    return Output(int.from_bytes(value, "little"), data[start:end], token), end


def _read_outputs(data: bytes, offset: int) -> tuple[tuple[Output, ...], int]:
    count, offset = _read_count(data, offset, "outputs", 9)
    outputs = []
    for _ in range(count):
        output, offset = _read_output(data, offset)
        outputs.append(output)
    return tuple(outputs), offset


def _expect_end(data: bytes, offset: int, what: str) -> None:
    if offset != len(data):
        raise DecodeError(f"{len(data) - offset} bytes are left over behind {what}", offset)


def decode_transaction(data: bytes) -> Transaction:
    """Decode a whole transaction.

    Raises DecodeError for every byte string that is not exactly one transaction:
    cut off, with bytes left over, with lengths not in their shortest form, or with
    an output that begins with the token prefix 0xef and breaks its format.
    """
    version = int.from_bytes(_take(data, 0, 4, "a version"), "little")
    count, offset = _read_count(data, 4, "inputs", 41)
    inputs = []
    for _ in range(count):
        item, offset = _read_input(data, offset)
        inputs.append(item)
    outputs, offset = _read_outputs(data, offset)
    locktime = int.from_bytes(_take(data, offset, 4, "a locktime"), "little")
    _expect_end(data, offset + 4, "the transaction")
    return Transaction(tuple(inputs), outputs, version, locktime)


def decode_outputs(data: bytes) -> tuple[Output, ...]:
    """Decode a compact size count and that many outputs. Raises DecodeError."""
    outputs, offset = _read_outputs(data, 0)
    _expect_end(data, offset, "the outputs")
    return outputs


def decode_output(data: bytes) -> Output:
    """Decode one output. Raises DecodeError."""
    output, offset = _read_output(data, 0)
    _expect_end(data, offset, "the output")
    return output


def _encode_uint(value: int, allowed: range, what: str) -> bytes:
    if value not in allowed:
        raise EncodeError(f"{what} {value} is not 0 to {allowed.stop - 1}")
    return value.to_bytes(4 if allowed is _UINT32 else 8, "little")


def encode_token_prefix(token: Token | None) -> bytes:
    """Encode what stands before the locking bytecode of an output with tokens; b"" for None.

    Raises EncodeError for a category that is not 32 bytes, an amount outside
    0 to 2**63 - 1, and a token with neither amount nor NFT.
    """
    if token is None:
        return b""
    if len(token.category) != 32:
        raise EncodeError(f"a token category is 32 bytes, not {len(token.category)}")
    if not 0 <= token.amount <= MAXIMUM_TOKEN_AMOUNT:
        raise EncodeError(f"token amount {token.amount} is not 0 to 2**63 - 1")
    if token.nft is None and not token.amount:
        raise EncodeError("a token has an amount, an NFT or both")
    bitfield, tail = 0, b""
    if token.nft is not None:
        bitfield = _HAS_NFT | token.nft.capability
        if token.nft.commitment:
            bitfield |= _HAS_COMMITMENT
            tail = encode_var_bytes(token.nft.commitment)
    if token.amount:
        bitfield |= _HAS_AMOUNT
        tail += encode_compact_size(token.amount)
    return b"\xef" + token.category + bytes((bitfield,)) + tail


def encode_output(output: Output) -> bytes:
    """Encode one output: value, length, token prefix, locking bytecode. Raises EncodeError."""
    if not 0 <= output.value < 2**64:
        raise EncodeError(f"an output's value {output.value} is not 0 to {2**64 - 1}")
    code = output.locking_bytecode
    if output.token is not None:
        code = encode_token_prefix(output.token) + code
    elif code and code[0] == TOKEN_PREFIX:
        raise EncodeError("a locking bytecode cannot begin with 0xef, the token prefix")
    return output.value.to_bytes(8, "little") + encode_compact_size(len(code)) + code


def encode_outputs(outputs: Sequence[Output]) -> bytes:
    """Encode a compact size count and the outputs. Raises EncodeError."""
    return encode_compact_size(len(outputs)) + b"".join(map(encode_output, outputs))


def _encode_input(item: Input) -> bytes:
    if len(item.outpoint_hash) != 32:
        raise EncodeError(f"an outpoint hash is 32 bytes, not {len(item.outpoint_hash)}")
    return (
        item.outpoint_hash
        + _encode_uint(item.outpoint_index, _UINT32, "an outpoint index")
        + encode_var_bytes(item.unlocking_bytecode)
        + _encode_uint(item.sequence, _UINT32, "a sequence number")
    )


def encode_transaction(transaction: Transaction) -> bytes:
    """Encode a transaction. Raises EncodeError for a number or length out of its range."""
    return b"".join(
        (
            _encode_uint(transaction.version, _UINT32, "a version"),
            encode_compact_size(len(transaction.inputs)),
            *map(_encode_input, transaction.inputs),
            encode_outputs(transaction.outputs),
            _encode_uint(transaction.locktime, _UINT32, "a locktime"),
        )
    )


def transaction_hash(transaction: Transaction) -> bytes:
    """Hash a transaction: the 32 bytes by which an outpoint names it on the wire."""
    return hash256(encode_transaction(transaction))


def transaction_id(transaction: Transaction) -> str:
    """Hash a transaction and write it as it is displayed: hexadecimal, reversed."""
    return transaction_hash(transaction)[::-1].hex()
