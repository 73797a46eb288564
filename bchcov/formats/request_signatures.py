"""Finding the missing signatures of a signing request, and adding them one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..encoding.expected import kind_of
from ..encoding.printable import printable
from ..errors import BuildError, EncodeError, InvalidKey
from ..script.patterns import is_p2pk, is_p2pkh, is_p2sh20, is_p2sh32, p2pk
from ..script.pushes import encode_push, instructions
from ..transaction.context import TransactionContext
from ..transaction.model import Transaction
from ..wallet.keys import PrivateKey
from ..wallet.signatures import transaction_signature
from .request_multisig import (
    KEY_PLACEHOLDER,
    SIGNATURE_PLACEHOLDER,
    partial_in,
    partial_multisig,
    pushed_items,
    script_of,
    unlocked,
    with_multisig,
)
from .signing_request import SigningRequest

__all__ = [
    "MissingSignature",
    "combine_requests",
    "missing_signatures",
    "sign_request",
    "signed_transaction",
]


_SHOWN = 80


@dataclass(frozen=True, slots=True)
class MissingSignature:
    """The `count` signatures that input `input` still needs.

    `public_keys` are the keys that may sign, or `key_hash` is the HASH160 of the key; if both
    are unknown, the key is that of the wallet that is asked. For a contract, `push` is the
    position of the signature among the input's pushes, from 0, and `argument` the name of the
    argument in the contract's function.
    """

    input: int
    count: int = 1
    public_keys: tuple[bytes, ...] = ()
    key_hash: bytes | None = None
    push: int | None = None
    argument: str | None = None

    def __str__(self) -> str:
        many = "a signature" if self.count == 1 else f"{self.count} signatures"
        name = "" if self.argument is None else f" ({printable(self.argument[:_SHOWN])})"
        whose = "of the wallet that is asked"
        if self.key_hash is not None:
            whose = f"of the key with the hash 0x{self.key_hash.hex()}"
        elif self.public_keys:
            whose = "of " + " or ".join(f"0x{key.hex()}" for key in self.public_keys)
        return f"input {self.input} lacks {many}{name} {whose}"


def missing_signatures(request: SigningRequest) -> tuple[MissingSignature, ...]:
    """List the missing signatures of a request in the order of its inputs.

    Raises InvalidKey for a signature of a multisig that none of its keys has made.
    """
    context = TransactionContext(request.transaction, request.source_outputs)
    return tuple(
        each for at in range(len(request.source_outputs)) for each in _missing(context, request, at)
    )


def _missing(
    context: TransactionContext, request: SigningRequest, index: int
) -> Iterator[MissingSignature]:
    code = request.transaction.inputs[index].unlocking_bytecode
    locking = request.source_outputs[index].locking_bytecode
    pushes = pushed_items(code)
    partial = partial_in(context, request, index)
    if partial is not None:
        if not partial.is_complete:
            yield MissingSignature(index, partial.needed, partial.missing)
    elif is_p2pkh(locking):
        if not code or SIGNATURE_PLACEHOLDER in pushes:
            yield MissingSignature(index, key_hash=locking[3:23])
    elif is_p2pk(locking):
        if not code or SIGNATURE_PLACEHOLDER in pushes:
            yield MissingSignature(index, public_keys=(locking[1:-1],))
    elif not code and (is_p2sh20(locking) or is_p2sh32(locking)):
        yield MissingSignature(index)
    else:
        for at, item in enumerate(pushes):
            if item == SIGNATURE_PLACEHOLDER:
                yield MissingSignature(index, push=at, argument=_argument(request, index, at))


def _argument(request: SigningRequest, index: int, place: int) -> str | None:
    """Return the name of the argument that a push is; the first argument is pushed last."""
    contract = request.contract(index)
    inputs = contract.function.get("inputs") if contract is not None else None
    if not isinstance(inputs, list) or place >= len(inputs):
        return None
    named = inputs[len(inputs) - 1 - place]
    name = named.get("name") if isinstance(named, dict) else None
    return name if isinstance(name, str) else None


def sign_request(
    request: SigningRequest, key: PrivateKey, *, only: Iterable[MissingSignature] | None = None
) -> SigningRequest:
    """Add the missing Schnorr signatures of a key.

    These are signatures of P2PKH, P2PK and multisig inputs of the key. In other inputs,
    placeholders of signatures are signed if there is also a placeholder of the key, or if the
    input or its script contains the key or its hash. `only` restricts this to some of
    `missing_signatures`, which are signed regardless of the script. Raises InvalidKey if no
    signature of the key is missing.
    """
    if not isinstance(key, PrivateKey):
        raise InvalidKey(f"a request is signed with a PrivateKey, not {kind_of(key)}")
    missing = missing_signatures(request)
    signed = request
    for each in missing if only is None else only:
        if each not in missing:
            raise InvalidKey(f"not missing: {each}")
        signed = _sign(signed, each, key, is_asked=only is not None)
    if signed is request:
        raise InvalidKey("no input asks for a signature of this key")
    return signed


def _sign(
    request: SigningRequest, missing: MissingSignature, key: PrivateKey, *, is_asked: bool
) -> SigningRequest:
    index = missing.input
    locking, script = request.source_outputs[index].locking_bytecode, script_of(request, index)
    partial = partial_multisig(request, index)
    if partial is not None:
        if key.public_key not in partial.missing:
            return request
        return with_multisig(request, partial.sign(key, scheme=partial.scheme or "schnorr"))
    context = TransactionContext(request.transaction, request.source_outputs)
    if missing.key_hash is not None or missing.public_keys:
        behind = encode_push(key.public_key) if is_p2pkh(locking) else b""
        if locking not in (key.locking_bytecode, p2pk(key.public_key)):
            return request
        signature = transaction_signature(context, index, locking, key)
        return unlocked(request, index, encode_push(signature) + behind)
    code = request.transaction.inputs[index].unlocking_bytecode
    if script is None or missing.push is None:
        return request
    names = (*pushed_items(code), script)
    named = any(each in name for name in names for each in (key.public_key, key.public_key_hash))
    if not (is_asked or named or KEY_PLACEHOLDER in names):
        return request
    signature = transaction_signature(context, index, script, key)
    return unlocked(request, index, _filled(code, missing.push, signature, key.public_key))


def _filled(code: bytes, place: int, signature: bytes, public_key: bytes) -> bytes:
    """Replace a push's placeholder by a signature, and all placeholders of the key by the key."""
    pieces = []
    for at, step in enumerate(instructions(code)):
        if at == place:
            pieces.append(encode_push(signature))
        elif step.data == KEY_PLACEHOLDER:
            pieces.append(encode_push(public_key))
        else:
            pieces.append(code[step.offset : step.end])
    return b"".join(pieces)


def combine_requests(first: SigningRequest, *others: SigningRequest) -> SigningRequest:
    """Merge the signatures of several copies of a request, in any order.

    Raises EncodeError if one is not a request, BuildError for another transaction, and
    InvalidKey for a signature of a multisig that none of its keys has made.
    """
    made = first
    for other in others:
        if not isinstance(other, SigningRequest):
            raise EncodeError(f"what is combined is a SigningRequest, not {kind_of(other)}")
        if _unsigned(other) != _unsigned(first) or other.source_outputs != first.source_outputs:
            raise BuildError("a request of another transaction: its signatures are of no use here")
        for index in dict.fromkeys(each.input for each in missing_signatures(made)):
            made = _combined(made, other, index)
    return made


def _unsigned(request: SigningRequest) -> Transaction:
    inputs = tuple(replace(item, unlocking_bytecode=b"") for item in request.transaction.inputs)
    return replace(request.transaction, inputs=inputs)


def _combined(made: SigningRequest, other: SigningRequest, index: int) -> SigningRequest:
    ours, theirs = partial_multisig(made, index), partial_multisig(other, index)
    if ours is not None and theirs is not None:
        for public_key, signature in theirs.signatures:
            ours = ours if ours.is_complete else ours.add(public_key, signature)
        return with_multisig(made, ours)
    code = made.transaction.inputs[index].unlocking_bytecode
    given = other.transaction.inputs[index].unlocking_bytecode
    if not code:
        return unlocked(made, index, given)
    items, found = pushed_items(code), pushed_items(given)
    if len(items) != len(found):
        return made
    # Where both still have zero bytes, they stay.
    pieces = []
    for step, other_item in zip(instructions(code), found, strict=True):
        whole = code[step.offset : step.end]
        stands = step.data in (SIGNATURE_PLACEHOLDER, KEY_PLACEHOLDER)
        pieces.append(encode_push(other_item) if stands else whole)
    return unlocked(made, index, b"".join(pieces))


def signed_transaction(request: SigningRequest) -> Transaction:
    """Return the signed transaction. Raises BuildError, which lists missing signatures."""
    missing = missing_signatures(request)
    if missing:
        raise BuildError("; ".join(map(str, missing)))
    return request.transaction
