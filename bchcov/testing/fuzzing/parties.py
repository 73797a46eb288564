"""Who takes part in a transaction: whose keys sign it, and what of it is whose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ...crypto.hashes import sha256
from ...errors import BchcovError
from ...script.opcodes import Op
from ...script.patterns import p2pk
from ...script.pushes import instructions
from ...transaction.context import TransactionContext
from ...transaction.model import Output
from ...transaction.sighash import signature_digest, signing_serialization
from ...vm.rules.ruleset import RuleSet
from ...wallet.keys import PrivateKey
from ...wallet.signatures import Scheme, is_signature, scheme_of
from .draft import (
    Draft,
    DraftInput,
    Item,
    Serialized,
    Signed,
    SignedMessage,
    SignedSerialization,
)
from .provenance import Derived, Pushed, Traced, watch

__all__ = ["NOBODY", "Party", "hold", "with_signatures"]

_SIGNED = (Op.OP_CHECKSIG, Op.OP_CHECKSIGVERIFY)
_DATA_SIGNED = (Op.OP_CHECKDATASIG, Op.OP_CHECKDATASIGVERIFY)
_SHORTEST_FUNCTION = 2
_MULTISIG = (Op.OP_CHECKMULTISIG, Op.OP_CHECKMULTISIGVERIFY)


NOBODY = PrivateKey(sha256(b"a key that is nobody's"))
"""Signs where any key would do."""


@dataclass(frozen=True)
class Party:
    """Somebody who takes part: a name, their private keys, and scripts whose coins are theirs.

    `is_open` says that anybody may take their part, as a trader's: what they get in an honest
    transaction is no gain of an attacker in their place.
    """

    name: str
    keys: tuple[PrivateKey, ...] = field(default=(), repr=False)
    scripts: frozenset[bytes] = frozenset()
    is_open: bool = False

    @cached_property
    def locking_bytecodes(self) -> frozenset[bytes]:
        """The scripts whose coins are this party's."""
        return self.scripts | {
            made for key in self.keys for made in (key.locking_bytecode, p2pk(key.public_key))
        }

    def has(self, output: Output) -> bool:
        """Whether an output is this party's."""
        return output.locking_bytecode in self.locking_bytecodes


def with_signatures(draft: Draft, parties: Iterable[Party], rules: RuleSet) -> Draft:
    """Put the place of a signature where a transaction holds one.

    The draft is accepted as it stands; what its inputs check shows which item is a signature of
    what by which key. A key that is pushed and is nobody's may be anybody's: the stranger signs
    with one of their own.
    """
    keys = {key.public_key: key for party in parties for key in party.keys}
    context = TransactionContext(*draft.finish())
    for index, place in enumerate(draft.inputs):
        if place.raw is not None or not place.items:
            continue
        items = list(place.items)
        for number, item in _signatures(context, index, place, keys, rules):
            items[number] = item
        draft = draft.with_input(index, place._replace(items=tuple(items)))
    return draft


def _signatures(
    context: TransactionContext,
    index: int,
    place: DraftInput,
    keys: Mapping[bytes, PrivateKey],
    rules: RuleSet,
) -> Iterator[tuple[int, Item]]:
    watched = watch(context, index, rules)
    for opcode, operands in watched.compared:
        taken = 2 if opcode in _SIGNED else 3
        if opcode not in _SIGNED + _DATA_SIGNED or len(operands) < taken:
            continue
        # An empty signature is one that is not there.
        if not operands[-taken]:
            continue
        public_key = operands[-1]
        key = keys.get(bytes(public_key))
        own = _number(public_key)
        if key is None and own is not None:
            yield own, NOBODY.public_key
            key = NOBODY
        if key is None:
            continue
        if opcode in _SIGNED:
            number = _number(operands[-2])
            signed = _signed(context, index, place, key, bytes(operands[-2]), public_key)
            if number is not None:
                yield number, signed
            else:
                bare = _without_hash_type(operands[-2])
                if bare is not None:
                    yield bare, SignedSerialization(key, signed.hash_type, signed.covered)
            continue
        number = _number(operands[0])
        if number is None:
            continue
        serialized = _serialization(context, index, place, operands[1])
        if serialized is not None:
            at, item = serialized
            yield at, item
            yield number, SignedSerialization(key, item.hash_type, item.covered)
        else:
            scheme: Scheme = "schnorr" if len(operands[0]) == 64 else "ecdsa"
            yield number, SignedMessage(key, bytes(operands[1]), scheme)
    if any(opcode in place.running for opcode in _MULTISIG):
        yield from _multisig(context, index, place, keys)


def _serialization(
    context: TransactionContext, index: int, place: DraftInput, message: Traced
) -> tuple[int, Serialized] | None:
    """Where the serialization that was hashed once into a message is pushed, if it is one."""
    origin = message.origin
    if not isinstance(origin, Derived) or origin.opcode != Op.OP_SHA256:
        return None
    number = _number(origin.operands[-1])
    if number is None:
        return None
    hash_type = int.from_bytes(origin.operands[-1][-4:], "little")
    for covered in _scripts_that_run(place):
        code = place.running if covered is None else covered
        try:
            made = signing_serialization(context, index, code, hash_type)
        except (BchcovError, OverflowError):
            return None
        if made == origin.operands[-1]:
            return number, Serialized(hash_type, covered)
    return None


def _without_hash_type(item: Traced) -> int | None:
    """Which item a signature is that the script itself puts the hash type behind."""
    origin = item.origin
    if isinstance(origin, Derived) and origin.opcode == Op.OP_CAT and len(origin.operands[-1]) == 1:
        return _number(origin.operands[-2])
    return None


def _number(item: Traced) -> int | None:
    return item.origin.number if isinstance(item.origin, Pushed) else None


def _signed(
    context: TransactionContext,
    index: int,
    place: DraftInput,
    key: PrivateKey,
    signature: bytes,
    public_key: bytes,
) -> Signed:
    """The place of a signature; what it covers is found by trying."""
    scheme, hash_type = scheme_of(signature), signature[-1]
    for covered in _scripts_that_run(place):
        try:
            digest = signature_digest(
                context, index, place.running if covered is None else covered, hash_type
            )
        except BchcovError:
            break
        if is_signature(signature[:-1], digest, public_key, scheme):
            return Signed(key, hash_type, scheme, covered)
    return Signed(key, hash_type, scheme)


def _scripts_that_run(place: DraftInput) -> Iterator[bytes | None]:
    """What a signature may cover: the script or what follows a separator, or a function.

    A function is pushed by the unlocking script, or stands in the script.
    """
    yield None
    yield from _suffixes(place.running)
    for item in place.items:
        if isinstance(item, bytes) and len(item) >= _SHORTEST_FUNCTION:
            yield from (item, *_suffixes(item))
    for step in instructions(place.running):
        if step.data is not None and len(step.data) >= _SHORTEST_FUNCTION:
            yield from (step.data, *_suffixes(step.data))


def _suffixes(code: bytes) -> Iterator[bytes]:
    """What follows each OP_CODESEPARATOR."""
    at = code.find(Op.OP_CODESEPARATOR)
    while at >= 0:
        yield code[at + 1 :]
        at = code.find(Op.OP_CODESEPARATOR, at + 1)


def _multisig(
    context: TransactionContext,
    index: int,
    place: DraftInput,
    keys: Mapping[bytes, PrivateKey],
) -> Iterator[tuple[int, Item]]:
    for number, item in enumerate(place.items):
        if not isinstance(item, bytes) or not (len(item) == 65 or 9 <= len(item) <= 73):
            continue
        try:
            digest = signature_digest(context, index, place.running, item[-1])
        except BchcovError:
            continue
        for public_key, key in keys.items():
            if is_signature(item[:-1], digest, public_key, scheme_of(item)):
                yield number, Signed(key, item[-1], scheme_of(item))
                break


def hold(draft: Draft, original: Draft, keys: Sequence[PrivateKey]) -> Draft:
    """Leave the signatures of other keys than these as they are in the original."""
    held = {*keys, NOBODY}
    inputs = []
    for place, before in zip(draft.inputs, original.inputs, strict=True):
        items = tuple(
            made
            if isinstance(item, (Signed, SignedMessage, SignedSerialization))
            and item.key not in held
            else item
            for item, made in zip(place.items, before.items, strict=True)
        )
        inputs.append(place._replace(items=items))
    return draft.with_inputs(tuple(inputs))
