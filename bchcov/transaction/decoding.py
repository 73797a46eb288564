"""Strict decoding of transactions from the wire format, with errors that give the offset.

Source: CHIP-2022-02-CashTokens, "Token Encoding"; the rest is the wire format of 2009.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from ..encoding.compact_size import read_compact_size
from ..encoding.expected import kind_of
from ..errors import DecodeError
from ..script.patterns import TOKEN_PREFIX
from .fields import mark_checked
from .model import Input, Output, Transaction
from .parts import NO_PREFIX, read_count, read_input, read_output, take

__all__ = [
    "decode_output",
    "decode_outputs",
    "decode_transaction",
    "each_output",
    "each_part",
]


def _whole(data: bytes | bytearray | memoryview, what: str) -> bytes:
    """Return the bytes to decode; bytearrays and memoryviews are copied."""
    if isinstance(data, bytes):
        return data
    if isinstance(data, (bytearray, memoryview)):
        return bytes(data)
    hint = ": use bytes.fromhex for hexadecimal" if isinstance(data, str) else ""
    raise DecodeError(f"{what} to decode must be bytes, not {kind_of(data)}{hint}", 0)


def _read_outputs(data: bytes, offset: int, prefix: int) -> tuple[tuple[Output, ...], int]:
    count, offset = read_count(data, offset, "outputs", 9)
    outputs = []
    for _ in range(count):
        output, offset = read_output(data, offset, prefix)
        outputs.append(output)
    return tuple(outputs), offset


def _expect_end(data: bytes, offset: int, what: str) -> None:
    if offset != len(data):
        raise DecodeError(f"{len(data) - offset} unexpected bytes after {what}", offset)


def _read_inputs(data: bytes, offset: int) -> tuple[tuple[Input, ...], int]:
    count, offset = read_count(data, offset, "inputs", 41)
    inputs = []
    for _ in range(count):
        item, offset = read_input(data, offset)
        inputs.append(item)
    return tuple(inputs), offset


def _each_input(data: bytes, offset: int) -> Generator[Input, None, int]:
    count, offset = read_count(data, offset, "inputs", 41)
    for _ in range(count):
        item, offset = read_input(data, offset)
        yield item
    return offset


def _each_output(data: bytes, offset: int, prefix: int) -> Generator[Output, None, int]:
    count, offset = read_count(data, offset, "outputs", 9)
    for _ in range(count):
        output, offset = read_output(data, offset, prefix)
        yield output
    return offset


def _decode(data: bytes, prefix: int) -> Transaction:
    version = int.from_bytes(take(data, 0, 4, "version"), "little")
    inputs, offset = _read_inputs(data, 4)
    outputs, offset = _read_outputs(data, offset, prefix)
    locktime = int.from_bytes(take(data, offset, 4, "locktime"), "little")
    _expect_end(data, offset + 4, "the transaction")
    transaction = Transaction(inputs, outputs, version, locktime)
    mark_checked(transaction)
    return transaction


def _has_witnesses(data: bytes) -> bool:
    """Whether the bytes are exactly one transaction with witnesses. Source: BIP 144."""
    if data[4:6] != b"\x00\x01":
        return False
    try:
        inputs, offset = read_count(data, 6, "inputs", 41)
        for _ in range(inputs):
            _, offset = read_input(data, offset)
        outputs, offset = read_count(data, offset, "outputs", 9)
        for _ in range(outputs):
            _, offset = read_output(data, offset, NO_PREFIX)
        for _ in range(inputs):
            count, offset = read_count(data, offset, "witness items", 1)
            for _ in range(count):
                size, offset = read_compact_size(data, offset)
                offset += size
    except DecodeError:
        return False
    return inputs > 0 and offset + 4 == len(data)


def _name_witnesses(data: bytes, error: DecodeError) -> DecodeError:
    # A transaction without inputs can begin the same way, so the whole must decode.
    if not _has_witnesses(data):
        return error
    return DecodeError(
        "a transaction with witnesses (segwit) of another chain: Bitcoin Cash has none", 4
    )


def decode_transaction(
    data: bytes | bytearray | memoryview, *, before_tokens: bool = False
) -> Transaction:
    """Decode a whole transaction.

    With `before_tokens` nothing is a token: an output that begins with 0xef has all its
    bytes as its script, as it had until May 2023. Without, it begins with a token prefix.

    Raises DecodeError for every byte string that is not exactly one transaction:
    cut off, with bytes left over, with lengths not in their shortest form, with an
    output that begins with the token prefix 0xef and breaks its format, or with
    witnesses, as transactions of other chains have them.
    """
    data = _whole(data, "transaction")
    try:
        return _decode(data, NO_PREFIX if before_tokens else TOKEN_PREFIX)
    except DecodeError as error:
        raise _name_witnesses(data, error) from None


def each_part(data: bytes, *, before_tokens: bool = False) -> Iterator[Input | Output]:
    """Yield the inputs and then the outputs of a whole transaction, and keep none of them.

    Takes and raises what `decode_transaction` does; an error is raised when it
    is reached, after the parts before it.
    """
    try:
        take(data, 0, 4, "version")
        offset = yield from _each_input(data, 4)
        offset = yield from _each_output(data, offset, NO_PREFIX if before_tokens else TOKEN_PREFIX)
        take(data, offset, 4, "locktime")
        _expect_end(data, offset + 4, "the transaction")
    except DecodeError as error:
        raise _name_witnesses(data, error) from None


def decode_outputs(
    data: bytes | bytearray | memoryview, *, before_tokens: bool = False
) -> tuple[Output, ...]:
    """Decode a compact size count and that many outputs. Raises DecodeError.

    `before_tokens` is that of `decode_transaction`.
    """
    data = _whole(data, "list of outputs")
    outputs, offset = _read_outputs(data, 0, NO_PREFIX if before_tokens else TOKEN_PREFIX)
    _expect_end(data, offset, "the outputs")
    return outputs


def each_output(data: bytes, *, before_tokens: bool = False) -> Iterator[Output]:
    """Yield what `decode_outputs` returns, and keep none; errors are raised when reached."""
    offset = yield from _each_output(data, 0, NO_PREFIX if before_tokens else TOKEN_PREFIX)
    _expect_end(data, offset, "the outputs")


def decode_output(data: bytes | bytearray | memoryview) -> Output:
    """Decode one output. Raises DecodeError."""
    data = _whole(data, "output")
    output, offset = read_output(data, 0, TOKEN_PREFIX)
    _expect_end(data, offset, "the output")
    return output
