"""Signing the P2PKH inputs of a transaction; signers for other scripts are re-exported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..encoding.expected import kind_of
from ..errors import EncodeError, InvalidKey
from ..script.patterns import is_p2pkh
from ..script.pushes import encode_push
from ..transaction.context import TransactionContext
from ..transaction.model import Output, Transaction
from ..transaction.sighash import DEFAULT_HASH_TYPE
from .cosigning import PartialMultisig, multisig_unlocking
from .keys import PrivateKey
from .signatures import Scheme, check_request, transaction_signature

__all__ = [
    "PartialMultisig",
    "Scheme",
    "multisig_unlocking",
    "sign_all_p2pkh",
    "sign_p2pkh",
    "transaction_signature",
]


def _p2pkh_unlocking(
    context: TransactionContext, index: int, key: PrivateKey, hash_type: int, scheme: Scheme
) -> bytes:
    check_request(context, index, hash_type, scheme)
    locking = context.source_outputs[index].locking_bytecode
    if not is_p2pkh(locking):
        raise EncodeError(f"input {index} does not spend a P2PKH output but 0x{locking[:40].hex()}")
    if not isinstance(key, PrivateKey):
        raise InvalidKey(f"key must be a PrivateKey, not {kind_of(key)}")
    if locking != key.locking_bytecode:
        raise InvalidKey(f"input {index} does not spend a P2PKH output of this key")
    signature = transaction_signature(
        context, index, locking, key, hash_type=hash_type, scheme=scheme
    )
    return encode_push(signature) + encode_push(key.public_key)


def _sign_inputs(
    context: TransactionContext,
    indexes: Iterable[int],
    key: PrivateKey,
    hash_type: int,
    scheme: Scheme,
) -> Transaction:
    """Sign several inputs in one context: signatures do not cover unlocking bytecodes."""
    inputs = list(context.transaction.inputs)
    for index in indexes:
        unlocking = _p2pkh_unlocking(context, index, key, hash_type, scheme)
        inputs[index] = replace(inputs[index], unlocking_bytecode=unlocking)
    return replace(context.transaction, inputs=tuple(inputs))


def sign_p2pkh(
    transaction: Transaction,
    source_outputs: Sequence[Output],
    index: int,
    key: PrivateKey,
    *,
    hash_type: int = DEFAULT_HASH_TYPE,
    scheme: Scheme = "schnorr",
) -> Transaction:
    """Unlock input `index`, which spends a P2PKH output of `key`; return the new transaction.

    Raises EncodeError as `transaction_signature` does and if the output is not P2PKH,
    and InvalidKey if it belongs to another key.
    """
    context = TransactionContext(transaction, source_outputs)
    return _sign_inputs(context, (index,), key, hash_type, scheme)


def sign_all_p2pkh(
    transaction: Transaction,
    source_outputs: Sequence[Output],
    key: PrivateKey,
    *,
    hash_type: int = DEFAULT_HASH_TYPE,
    scheme: Scheme = "schnorr",
) -> Transaction:
    """Unlock every input that spends a P2PKH output of `key`; return the new transaction.

    Raises EncodeError as `transaction_signature` does, and InvalidKey if there is no such
    input.
    """
    context = TransactionContext(transaction, source_outputs)
    if not isinstance(key, PrivateKey):
        raise InvalidKey(f"key must be a PrivateKey, not {kind_of(key)}")
    mine = [
        index
        for index, output in enumerate(context.source_outputs[: len(transaction.inputs)])
        if output.locking_bytecode == key.locking_bytecode
    ]
    if not mine:
        raise InvalidKey("no input spends a P2PKH output of this key")
    return _sign_inputs(context, mine, key, hash_type, scheme)
