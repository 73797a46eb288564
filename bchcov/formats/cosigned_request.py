"""Converting a transaction that several people sign to and from signing requests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..crypto.hashes import hash160
from ..encoding.expected import kind_of
from ..errors import BuildError, EncodeError, InvalidKey
from ..script.pushes import encode_push
from ..transaction.model import Transaction
from ..wallet.cosigned import CosignedTransaction
from ..wallet.wanted import Part, WantedSignatures
from .request_multisig import SIGNATURE_PLACEHOLDER, pushed_items, pushes_so_far
from .signing_request import SigningRequest, SourceContract

__all__ = ["add_signatures", "to_signing_request"]

_SCHNORR_SIZE = 65
# In DER, with its hash type.
_ECDSA_SIZES = range(9, 74)
_DER = 0x30
_HASH_SIZE = 20


def to_signing_request(
    cosigned: CosignedTransaction,
    *,
    contracts: Sequence[SourceContract | None] = (),
    broadcast: bool = True,
    user_prompt: str = "",
) -> SigningRequest:
    """Write a transaction that several people sign as a request to a wallet or to cosigners.

    Missing signatures are written as zero bytes; an unsigned P2PKH input is empty. Raises
    EncodeError if `cosigned` is not a CosignedTransaction, BuildError if the numbers of contracts
    and inputs differ.
    """
    _check(cosigned)
    transaction = cosigned.unsigned.transaction
    inputs = tuple(
        replace(item, unlocking_bytecode=_written(parts))
        for item, parts in zip(transaction.inputs, cosigned.parts, strict=True)
    )
    return SigningRequest(
        replace(transaction, inputs=inputs),
        cosigned.unsigned.source_outputs,
        tuple(contracts),
        broadcast,
        user_prompt,
    )


def _check(cosigned: object) -> None:
    if not isinstance(cosigned, CosignedTransaction):
        raise EncodeError(f"expected a CosignedTransaction, got {kind_of(cosigned)}")


def _written(parts: Sequence[Part]) -> bytes:
    return b"".join(part if isinstance(part, bytes) else _places(part) for part in parts)


def _places(wanted: WantedSignatures) -> bytes:
    if not wanted.needed:
        return wanted.pushes
    if wanted.kind == "p2pkh":
        # Nothing else is in such an input: empty, it asks for signature and key.
        return b""
    if wanted.kind == "multisig":
        return pushes_so_far(wanted.covered, dict(wanted.signatures), wanted.scheme)
    return encode_push(SIGNATURE_PLACEHOLDER)


def add_signatures(cosigned: CosignedTransaction, transaction: Transaction) -> CosignedTransaction:
    """Add all missing signatures that are pushed by the inputs of a transaction.

    The transaction is that of a returned request, or of a wallet's answer. Other pushes are
    ignored: `missing` lists who has not signed. Raises EncodeError if it is not a Transaction,
    BuildError if it is not the transaction being signed.
    """
    _check(cosigned)
    if not isinstance(transaction, Transaction):
        raise EncodeError(f"expected a Transaction, got {kind_of(transaction)}")
    inputs = tuple(replace(item, unlocking_bytecode=b"") for item in transaction.inputs)
    if replace(transaction, inputs=inputs) != cosigned.unsigned.transaction:
        raise BuildError("another transaction is signed: its inputs, outputs or numbers differ")
    made = cosigned
    for index in cosigned.missing:
        items = pushed_items(transaction.inputs[index].unlocking_bytecode)
        for item in filter(_may_be_signature, items):
            made = _with(made, index, item, items)
    return made


def _may_be_signature(item: bytes) -> bool:
    if len(item) == _SCHNORR_SIZE:
        return item != SIGNATURE_PLACEHOLDER
    return len(item) in _ECDSA_SIZES and item[0] == _DER


def _with(
    made: CosignedTransaction, index: int, signature: bytes, items: Iterable[bytes]
) -> CosignedTransaction:
    for signer in made.missing.get(index, ()):
        keys = [signer]
        if len(signer) == _HASH_SIZE:
            # Only the address is known: the key is pushed beside the signature.
            keys = [each for each in items if hash160(each) == signer]
        for key in keys:
            try:
                return made.add(index, key, signature)
            except (InvalidKey, EncodeError):
                continue
    return made
