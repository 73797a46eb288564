"""Drafts: transactions in parts that can be changed, with signatures made again at the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ...contract.moves import constant
from ...crypto.hashes import hash256, sha256
from ...errors import BchcovError
from ...script.patterns import is_p2sh20, is_p2sh32
from ...script.pushes import encode_push, instructions, is_push_only
from ...transaction.context import TransactionContext
from ...transaction.known import Known, known
from ...transaction.model import Input, Output, Transaction
from ...transaction.sighash import signing_serialization
from ...wallet.keys import PrivateKey
from ...wallet.signatures import Scheme, transaction_signature

__all__ = [
    "Draft",
    "DraftInput",
    "Item",
    "Serialized",
    "Signed",
    "SignedMessage",
    "SignedSerialization",
    "draft_of",
    "fresh_outpoint",
]


@dataclass(frozen=True, slots=True)
class Signed:
    """A placeholder for a transaction signature, made when the transaction is complete.

    `covered` is the script that it covers if that is not the one that runs.
    """

    key: PrivateKey
    hash_type: int
    scheme: Scheme = "schnorr"
    covered: bytes | None = None


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """A data signature: it depends on its message and on nothing else of the transaction."""

    key: PrivateKey
    message: bytes
    scheme: Scheme = "schnorr"

    @property
    def signature(self) -> bytes:
        """Sign the message; the same each time."""
        digest = sha256(self.message)
        if self.scheme == "schnorr":
            return self.key.sign_schnorr(digest)
        return self.key.sign_ecdsa(digest)


@dataclass(frozen=True, slots=True)
class Serialized:
    """A placeholder for the signing serialization, pushed so that the script can parse it."""

    hash_type: int
    covered: bytes | None = None


@dataclass(frozen=True, slots=True)
class SignedSerialization:
    """A placeholder for a data signature of the signing serialization."""

    key: PrivateKey
    hash_type: int
    covered: bytes | None = None


Item = bytes | Signed | SignedMessage | Serialized | SignedSerialization
"""What an unlocking script pushes."""

_OF_TRANSACTION = (Signed, Serialized, SignedSerialization)


class DraftInput(NamedTuple):
    """An input: its outpoint, the coin there, and what it pushes.

    `script` is the redeem script that is pushed last, None if the coin holds the script itself.
    `raw` replaces the pushes if the unlocking script does more than push.
    """

    outpoint_hash: bytes
    outpoint_index: int
    coin: Output
    items: tuple[Item, ...] = ()
    script: bytes | None = None
    sequence: int = 0xFFFFFFFF
    raw: bytes | None = None

    @property
    def running(self) -> bytes:
        """The script that runs, which signatures cover unless they say otherwise."""
        return self.coin.locking_bytecode if self.script is None else self.script

    @property
    def outpoint(self) -> tuple[bytes, int]:
        """Where the coin is."""
        return self.outpoint_hash, self.outpoint_index


class Draft(NamedTuple):
    """A transaction in parts; `steps` say what has been changed in it, in order."""

    inputs: tuple[DraftInput, ...]
    outputs: tuple[Output, ...]
    version: int = 2
    locktime: int = 0
    steps: tuple[str, ...] = ()

    def finish(self) -> tuple[Transaction, tuple[Output, ...]]:
        """Sign, and return the transaction with the outputs that it spends."""
        coins = tuple([each.coin for each in self.inputs])
        made = []
        signing = []
        for at, each in enumerate(self.inputs):
            item, is_whole = _input_of(each)
            made.append(item)
            if not is_whole:
                signing.append(at)
        transaction = Transaction(tuple(made), self.outputs, self.version, self.locktime)
        if signing:
            context = TransactionContext(transaction, coins)
            for at in signing:
                each = self.inputs[at]
                unlocking = b"".join(
                    [encode_push(_make(item, context, at, each.running)) for item in each.items]
                )
                if each.script is not None:
                    unlocking += encode_push(each.script)
                made[at] = Input(each.outpoint_hash, each.outpoint_index, unlocking, each.sequence)
            transaction = Transaction(tuple(made), self.outputs, self.version, self.locktime)
        return transaction, coins

    @property
    def key(self) -> int:
        """The same for drafts that make the same transaction."""
        parts = tuple(map(_hash_of_input, self.inputs)), tuple(map(_hash_of_output, self.outputs))
        return hash((parts, self.version, self.locktime))

    def with_input(self, index: int, changed: DraftInput) -> Draft:
        """Replace an input."""
        inputs = (*self.inputs[:index], changed, *self.inputs[index + 1 :])
        return Draft(inputs, self.outputs, self.version, self.locktime, self.steps)

    def with_output(self, index: int, changed: Output) -> Draft:
        """Replace an output."""
        outputs = (*self.outputs[:index], changed, *self.outputs[index + 1 :])
        return Draft(self.inputs, outputs, self.version, self.locktime, self.steps)

    def with_outputs(self, outputs: tuple[Output, ...]) -> Draft:
        """Replace all outputs."""
        return Draft(self.inputs, outputs, self.version, self.locktime, self.steps)

    def with_inputs(self, inputs: tuple[DraftInput, ...]) -> Draft:
        """Replace all inputs."""
        return Draft(inputs, self.outputs, self.version, self.locktime, self.steps)

    def with_item(self, index: int, at: int, item: Item) -> Draft:
        """Replace one item that an input pushes."""
        place = self.inputs[index]
        items = (*place.items[:at], item, *place.items[at + 1 :])
        return self.with_input(index, place._replace(items=items))

    def after(self, step: str) -> Draft:
        """Note what has been changed."""
        return self._replace(steps=(*self.steps, step))


def fresh_outpoint(place: DraftInput, number: int = 0) -> DraftInput:
    """Give a coin an outpoint of its own, another for each number."""
    made = hash256(place.outpoint_hash + place.coin.locking_bytecode + bytes((number,)))
    return place._replace(outpoint_hash=made)


@lru_cache(maxsize=4096)
def _fixed(items: tuple[Item, ...], script: bytes | None) -> bytes | None:
    """Assemble an unlocking script that does not depend on the transaction, else None."""
    if any(isinstance(item, _OF_TRANSACTION) for item in items):
        return None
    pushes = b"".join(
        encode_push(item if isinstance(item, bytes) else item.signature)  # type: ignore[union-attr]
        for item in items
    )
    return pushes if script is None else pushes + encode_push(script)


def _finished(place: DraftInput) -> tuple[Input, bool]:
    """Make an input, and say whether it is whole: it may have to be signed still."""
    unlocking = _fixed(place.items, place.script) if place.raw is None else place.raw
    made = Input(place.outpoint_hash, place.outpoint_index, unlocking or b"", place.sequence)
    return made, unlocking is not None


_input_of: Known[DraftInput, tuple[Input, bool]] = known(_finished)
_hash_of_input: Known[DraftInput, int] = known(hash)
_hash_of_output: Known[Output, int] = known(hash)


def _make(item: Item, context: TransactionContext, index: int, running: bytes) -> bytes:
    if isinstance(item, bytes):
        return item
    if isinstance(item, SignedMessage):
        return item.signature
    covered = running if item.covered is None else item.covered
    try:
        if isinstance(item, Serialized):
            return signing_serialization(context, index, covered, item.hash_type)
        scheme = item.scheme if isinstance(item, Signed) else "schnorr"
        made = transaction_signature(
            context, index, covered, item.key, hash_type=item.hash_type, scheme=scheme
        )
    except BchcovError:
        # A hash type that no node accepts, which the script will refuse.
        return b""
    return made if isinstance(item, Signed) else made[:-1]


def draft_of(transaction: Transaction, source_outputs: tuple[Output, ...]) -> Draft:
    """Take a transaction apart; its signatures are bytes as they are."""
    return Draft(
        tuple(_inputs(transaction, source_outputs)),
        transaction.outputs,
        transaction.version,
        transaction.locktime,
    )


def _inputs(transaction: Transaction, coins: tuple[Output, ...]) -> Iterator[DraftInput]:
    for place, coin in zip(transaction.inputs, coins, strict=True):
        unlocking = place.unlocking_bytecode
        base = DraftInput(
            place.outpoint_hash, place.outpoint_index, coin, sequence=place.sequence, raw=unlocking
        )
        items = [constant(step) for step in instructions(unlocking)]
        if not is_push_only(unlocking) or None in items:
            yield base
            continue
        pushed = [item for item in items if item is not None]
        locking = coin.locking_bytecode
        script = None
        if pushed and (is_p2sh20(locking) or is_p2sh32(locking)):
            script = pushed.pop()
        # Pushes that are not in their shortest form are kept as they are written.
        if _fixed(tuple(pushed), script) == unlocking:
            base = base._replace(items=tuple(pushed), script=script, raw=None)
        yield base
