"""Transactions as bytes: what decodes is written back the same, the rest refused with the offset.

Source: CHIP-2022-02-CashTokens, "Token Encoding"; the rest is the wire format of 2009.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..crypto.hashes import hash256
from ..encoding.compact_size import encode_compact_size, encode_var_bytes, read_compact_size
from ..encoding.expected import kind_of
from ..errors import DecodeError, EncodeError
from .fields import (
    MAXIMUM_TOKEN_AMOUNT,
    check_output,
    check_outputs,
    check_token,
    check_transaction,
)
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

_HAS_COMMITMENT, _HAS_NFT, _HAS_AMOUNT = 0x40, 0x20, 0x10
_CAPABILITIES = tuple(Capability)


def _whole(data: bytes | bytearray | memoryview, what: str) -> bytes:
    """The bytes to decode; what else holds bytes is copied."""
    if isinstance(data, bytes):
        return data
    if isinstance(data, (bytearray, memoryview)):
        return bytes(data)
    hint = ": bytes.fromhex reads hexadecimal" if isinstance(data, str) else ""
    raise DecodeError(f"{what} to decode is bytes, not {kind_of(data)}{hint}", 0)


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


def decode_transaction(data: bytes | bytearray | memoryview) -> Transaction:
    """Decode a whole transaction.

    Raises DecodeError for every byte string that is not exactly one transaction:
    cut off, with bytes left over, with lengths not in their shortest form, or with
    an output that begins with the token prefix 0xef and breaks its format.
    """
    data = _whole(data, "a transaction")
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


def decode_outputs(data: bytes | bytearray | memoryview) -> tuple[Output, ...]:
    """Decode a compact size count and that many outputs. Raises DecodeError."""
    data = _whole(data, "a list of outputs")
    outputs, offset = _read_outputs(data, 0)
    _expect_end(data, offset, "the outputs")
    return outputs


def decode_output(data: bytes | bytearray | memoryview) -> Output:
    """Decode one output. Raises DecodeError."""
    data = _whole(data, "an output")
    output, offset = _read_output(data, 0)
    _expect_end(data, offset, "the output")
    return output


def encode_token_prefix(token: Token | None) -> bytes:
    """Encode what stands before the locking bytecode of an output with tokens; b"" for None.

    Raises EncodeError for a category that is not 32 bytes, an amount outside
    0 to 2**63 - 1, and a token with neither amount nor NFT.
    """
    if token is None:
        return b""
    check_token(token)
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
    if type(output) is not Output or type(output.locking_bytecode) is not bytes:
        # Only what is not plainly right is looked at closely: the engine encodes a lot.
        check_output(output, "the output")
    value, code = output.value, output.locking_bytecode
    if type(value) is not int or not 0 <= value < 2**64:
        check_output(output, "the output")
    if output.token is not None:
        code = encode_token_prefix(output.token) + code
    elif code and code[0] == TOKEN_PREFIX:
        raise EncodeError("a locking bytecode cannot begin with 0xef, the token prefix")
    return value.to_bytes(8, "little") + encode_compact_size(len(code)) + code


def encode_outputs(outputs: Sequence[Output]) -> bytes:
    """Encode a compact size count and the outputs. Raises EncodeError."""
    check_outputs(outputs, "output")
    return encode_compact_size(len(outputs)) + b"".join(map(encode_output, outputs))


def _encode_input(item: Input) -> bytes:
    return (
        item.outpoint_hash
        + item.outpoint_index.to_bytes(4, "little")
        + encode_var_bytes(item.unlocking_bytecode)
        + item.sequence.to_bytes(4, "little")
    )


def encode_transaction(transaction: Transaction) -> bytes:
    """Encode a transaction.

    Raises EncodeError for a number, length or type that is not that of its field.
    """
    check_transaction(transaction)
    return b"".join(
        (
            transaction.version.to_bytes(4, "little"),
            encode_compact_size(len(transaction.inputs)),
            *map(_encode_input, transaction.inputs),
            encode_compact_size(len(transaction.outputs)),
            *map(encode_output, transaction.outputs),
            transaction.locktime.to_bytes(4, "little"),
        )
    )


def transaction_hash(transaction: Transaction) -> bytes:
    """Hash a transaction: the 32 bytes by which an outpoint names it on the wire."""
    return hash256(encode_transaction(transaction))


def transaction_id(transaction: Transaction) -> str:
    """Hash a transaction and write it as it is displayed: hexadecimal, reversed."""
    return transaction_hash(transaction)[::-1].hex()
