"""Encoding of transactions to the wire format; decoding and encoding gives the same bytes.

Source: CHIP-2022-02-CashTokens, "Token Encoding"; the rest is the wire format of 2009.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..crypto.hashes import hash256
from ..encoding.compact_size import encode_compact_size, encode_var_bytes
from ..errors import EncodeError
from ..script.patterns import TOKEN_PREFIX
from .decoding import decode_output, decode_outputs, decode_transaction
from .fields import (
    check_output,
    check_outputs,
    check_token,
    check_transaction,
)
from .model import Input, Output, Token, Transaction

__all__ = [
    "cover_outputs",
    "decode_output",
    "decode_outputs",
    "decode_transaction",
    "encode_input",
    "encode_output",
    "encode_outputs",
    "encode_token_prefix",
    "encode_transaction",
    "transaction_hash",
    "transaction_id",
]


_HAS_COMMITMENT, _HAS_NFT, _HAS_AMOUNT = 0x40, 0x20, 0x10


def encode_token_prefix(token: Token | None) -> bytes:
    """Encode the token prefix that precedes the locking bytecode of an output; b"" for None.

    Raises EncodeError for a category that is not 32 bytes, an amount outside
    0 to 2**63 - 1, and a token with neither amount nor NFT.
    """
    if token is None:
        return b""
    check_token(token)
    return _token_prefix(token)


def _token_prefix(token: Token) -> bytes:
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


def encode_output(output: Output, *, before_tokens: bool = False) -> bytes:
    """Encode one output: value, length, token prefix, locking bytecode. Raises EncodeError.

    A script that begins with 0xef has an encoding only `before_tokens`, until May 2023.
    """
    if type(output) is not Output or type(output.locking_bytecode) is not bytes:
        # Only suspicious values get the detailed check: the engine encodes many outputs.
        check_output(output, "the output")
    value = output.value
    if type(value) is not int or not 0 <= value < 2**64 or output.token is not None:
        check_output(output, "the output")
    return _encode_checked(output, before_tokens)


def cover_outputs(outputs: Iterable[Output]) -> bytes:
    """Join checked outputs as signatures cover them, whether or not tokens existed at the time."""
    return b"".join([_encode_checked(output, True) for output in outputs])


def _encode_checked(output: Output, before_tokens: bool) -> bytes:
    # By position: this runs for every output.
    code = output.locking_bytecode
    if output.token is not None:
        code = _token_prefix(output.token) + code
    elif not before_tokens and code and code[0] == TOKEN_PREFIX:
        raise EncodeError("a locking bytecode cannot begin with 0xef, the token prefix")
    return output.value.to_bytes(8, "little") + encode_compact_size(len(code)) + code


def _encode_each(outputs: Sequence[Output], *, before_tokens: bool) -> bytes:
    encoded = [_encode_checked(output, before_tokens) for output in outputs]
    return encode_compact_size(len(outputs)) + b"".join(encoded)


def encode_outputs(outputs: Sequence[Output], *, before_tokens: bool = False) -> bytes:
    """Encode a compact size count and the outputs. Raises EncodeError."""
    check_outputs(outputs, "output")
    return _encode_each(outputs, before_tokens=before_tokens)


def encode_input(item: Input) -> bytes:
    """Encode one checked input."""
    return (
        item.outpoint_hash
        + item.outpoint_index.to_bytes(4, "little")
        + encode_var_bytes(item.unlocking_bytecode)
        + item.sequence.to_bytes(4, "little")
    )


def encode_transaction(transaction: Transaction, *, before_tokens: bool = False) -> bytes:
    """Encode a transaction; `before_tokens` is that of `encode_output`.

    Raises EncodeError for a number, length or type that its field does not allow.
    """
    check_transaction(transaction)
    return b"".join(
        (
            transaction.version.to_bytes(4, "little"),
            encode_compact_size(len(transaction.inputs)),
            *map(encode_input, transaction.inputs),
            _encode_each(transaction.outputs, before_tokens=before_tokens),
            transaction.locktime.to_bytes(4, "little"),
        )
    )


def transaction_hash(transaction: Transaction) -> bytes:
    """Hash a transaction: the 32 bytes by which an outpoint names it on the wire."""
    return hash256(encode_transaction(transaction, before_tokens=True))


def transaction_id(transaction: Transaction) -> str:
    """Hash a transaction and write it as it is displayed: hexadecimal, reversed."""
    return transaction_hash(transaction)[::-1].hex()
