"""Checks of the types and ranges of each field of a transaction made by a caller.

Decoded transactions always pass; those that callers construct are checked on entry.
"""

from __future__ import annotations

from dataclasses import replace

from ..encoding.expected import expect_bytes, expect_integer, kind_of
from ..errors import EncodeError
from .constants import COIN, MAX_TOKEN_AMOUNT, MAX_UINT32, MAX_UINT64
from .model import Capability, Input, Nft, Output, Token, Transaction

__all__ = [
    "check_output",
    "check_outputs",
    "check_token",
    "check_transaction",
    "mark_checked",
    "with_tuples",
]

_CAPABILITY_TYPES = (Capability, int)
_SATOSHIS = f": values are in satoshis, {COIN:,} to one BCH"


def _is_plain_token(token: object) -> bool:
    """Whether a token is valid and of exactly the declared types, which cannot change."""
    if type(token) is not Token:
        return False
    nft, amount = token.nft, token.amount
    if type(token.category) is not bytes or len(token.category) != 32 or type(amount) is not int:
        return False
    if nft is None:
        return 0 < amount <= MAX_TOKEN_AMOUNT
    return (
        0 <= amount <= MAX_TOKEN_AMOUNT
        and type(nft) is Nft
        and type(nft.commitment) is bytes
        and type(nft.capability) in _CAPABILITY_TYPES
        and 0 <= nft.capability <= Capability.MINTING
    )


def check_token(token: object) -> None:
    """Raise EncodeError unless `token` is a valid Token."""
    if not isinstance(token, Token):
        raise EncodeError(f"tokens of an output must be a Token or None, not {kind_of(token)}")
    if _is_plain_token(token):
        return
    nft: object = token.nft
    expect_bytes(token.category, "token category", size=32)
    expect_integer(token.amount, "token amount", MAX_TOKEN_AMOUNT)
    if nft is None:
        if not token.amount:
            raise EncodeError("a token must have an amount, an NFT or both")
        return
    if not isinstance(nft, Nft):
        raise EncodeError(f"NFT of a token must be an Nft or None, not {kind_of(nft)}")
    expect_bytes(nft.commitment, "token commitment")
    expect_integer(nft.capability, "capability", Capability.MINTING)


def check_output(output: object, what: str) -> None:
    """Raise EncodeError unless `output` is an Output that can be encoded."""
    if not isinstance(output, Output):
        raise EncodeError(f"{what} must be an Output, not {kind_of(output)}")
    try:
        expect_integer(output.value, "value", MAX_UINT64, hint=_SATOSHIS)
        expect_bytes(output.locking_bytecode, "locking bytecode")
        if output.token is not None:
            check_token(output.token)
    except EncodeError as error:
        raise EncodeError(f"{what}: {error}") from None


def check_outputs(outputs: object, what: str) -> bool:
    """Raise EncodeError unless `outputs` is a tuple or list of outputs that can be encoded.

    Returns whether all of them are of exactly the declared types, so that none can change.
    """
    if not isinstance(outputs, (tuple, list)):
        raise EncodeError(f"{what}s must be a list of Output, not {kind_of(outputs)}")
    are_plain = type(outputs) is tuple
    for at, output in enumerate(outputs):
        # This runs for every output of every context, so only suspicious values are examined.
        if (
            type(output) is Output
            and type(output.value) is int
            and 0 <= output.value <= MAX_UINT64
            and type(output.locking_bytecode) is bytes
            and (output.token is None or _is_plain_token(output.token))
        ):
            continue
        check_output(output, f"{what} {at}")
        are_plain = False
    return are_plain


def _check_input(item: object, at: int) -> None:
    if not isinstance(item, Input):
        raise EncodeError(f"input {at} must be an Input, not {kind_of(item)}")
    try:
        expect_bytes(item.outpoint_hash, "outpoint hash", size=32)
        expect_integer(item.outpoint_index, "outpoint index", MAX_UINT32)
        expect_bytes(item.unlocking_bytecode, "unlocking bytecode")
        expect_integer(item.sequence, "sequence number", MAX_UINT32)
    except EncodeError as error:
        raise EncodeError(f"input {at}: {error}") from None


def mark_checked(transaction: Transaction) -> None:
    """Note that all types and ranges in a transaction are valid and cannot change."""
    object.__setattr__(transaction, "_is_checked", True)


def with_tuples(transaction: Transaction) -> Transaction:
    """Return a transaction with tuples where it has lists, which are taken as well."""
    if isinstance(transaction.inputs, tuple) and isinstance(transaction.outputs, tuple):
        return transaction
    return replace(
        transaction, inputs=tuple(transaction.inputs), outputs=tuple(transaction.outputs)
    )


def check_transaction(transaction: object) -> None:
    """Raise EncodeError unless `transaction` is a Transaction that can be encoded.

    One that was decoded or checked before, and cannot have changed, is not looked at again.
    """
    if not isinstance(transaction, Transaction):
        raise EncodeError(f"transaction must be a Transaction, not {kind_of(transaction)}")
    if transaction._is_checked:
        return
    version, locktime = transaction.version, transaction.locktime
    are_plain = type(version) is type(locktime) is int and type(transaction) is Transaction
    if not (are_plain and 0 <= version <= MAX_UINT32 and 0 <= locktime <= MAX_UINT32):
        expect_integer(version, "version", MAX_UINT32)
        expect_integer(locktime, "locktime", MAX_UINT32)
    inputs: object = transaction.inputs
    if not isinstance(inputs, (tuple, list)):
        raise EncodeError(f"inputs must be a tuple of Input, not {kind_of(inputs)}")
    are_plain = are_plain and type(inputs) is tuple
    for at, item in enumerate(inputs):
        if (
            type(item) is Input
            and type(item.outpoint_hash) is bytes
            and len(item.outpoint_hash) == 32
            and type(item.outpoint_index) is type(item.sequence) is int
            and 0 <= item.outpoint_index <= MAX_UINT32
            and 0 <= item.sequence <= MAX_UINT32
            and type(item.unlocking_bytecode) is bytes
        ):
            continue
        _check_input(item, at)
        are_plain = False
    if check_outputs(transaction.outputs, "output") and are_plain:
        mark_checked(transaction)
