"""Who honestly signs for a contract's coin, and coins that are spent without them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...transaction.codec import transaction_hash
from ...transaction.model import Output
from .branches import Branches, branches_of
from .comparing import Loss
from .draft import Draft, DraftInput, Signed, SignedMessage
from .rights import texts_of
from .scene import CONTRACT, Scene

__all__ = [
    "SignedSpend",
    "Word",
    "proofs_of",
    "replayed",
    "shown_again",
    "signed_spends",
    "taken_over",
    "unsigned",
    "words_of",
]

_PROOF = 32
"""The least bytes of what nobody can guess."""


@dataclass(frozen=True, slots=True)
class SignedSpend:
    """An honest spend of a contract's coin: its branches, and whose signatures are in it.

    There are none of those whose part anybody may take.
    """

    place: DraftInput
    branches: Branches
    names: tuple[str, ...]
    signatures: frozenset[bytes]


def signed_spends(scene: Scene, branches: Sequence[Sequence[Branches]]) -> Iterator[SignedSpend]:
    """Yield the honest spends of contracts' coins, with the branches that they take."""
    owners = {key: party for party in scene.parties for key in party.keys if not party.is_open}
    for draft, original, taken in zip(scene.honest, scene.originals, branches, strict=False):
        for place, made, each in zip(draft.inputs, original.inputs, taken, strict=True):
            if not scene.of_contract(place):
                continue
            signed = [
                (owners[item.key].name, signature)
                for item, signature in zip(place.items, made.items, strict=True)
                if isinstance(item, Signed) and item.key in owners and isinstance(signature, bytes)
            ]
            yield SignedSpend(
                place,
                each,
                tuple(dict.fromkeys(name for name, _ in signed)),
                frozenset(signature for _, signature in signed),
            )


def unsigned(draft: Draft, spends: Sequence[SignedSpend], scene: Scene) -> Loss | None:
    """A contract's coin that is spent without any of those who honestly sign for it."""
    own = {each for key in scene.attacker.keys for each in (key.public_key, key.public_key_hash)}
    for at, place in enumerate(draft.inputs):
        alike = [
            each
            for each in spends
            if each.place.running == place.running and len(each.place.items) == len(place.items)
        ]
        if not any(each.names for each in alike) or not scene.of_contract(place):
            continue
        has_signed = any(not each.signatures.isdisjoint(place.items) for each in alike)
        token = place.coin.token
        state = b"" if token is None or token.nft is None else token.nft.commitment
        # One whom the contract or its state names may have a right of their own.
        if has_signed or any(each in place.running or each in state for each in own):
            continue
        taken = branches_of(draft, scene)[at]
        same = [each.names for each in alike if each.branches == taken]
        if same and all(same):
            names = " or ".join(dict.fromkeys(name for names in same for name in names))
            return Loss("unsigned", f"input {at} is spent without a signature of {names}")
    return None


def taken_over(draft: Draft, references: Iterable[Draft], scene: Scene) -> Loss | None:
    """A state that names an attacker whom neither the contract nor an honest state names."""
    own = {each for key in scene.attacker.keys for each in (key.public_key, key.public_key_hash)}
    for at, output in enumerate(draft.outputs):
        if not _names_any(output, own) or scene.owner_of(output, {}) != CONTRACT:
            continue
        if any(_names_any(each, own) for honest in references for each in honest.outputs):
            return None
        places = [place for place in draft.inputs if scene.of_contract(place)]
        if places and not any(each in text for text in texts_of(places) for each in own):
            return Loss("taken over", f"the state of output {at} names {scene.attacker.name}")
    return None


def _names_any(output: Output, own: Collection[bytes]) -> bool:
    token = output.token
    state = b"" if token is None or token.nft is None else token.nft.commitment
    return any(each in state for each in own)


@dataclass(frozen=True, slots=True)
class Word:
    """Which coins a data signature was honestly used for, and by which transactions."""

    coins: frozenset[tuple[bytes, int]]
    transactions: frozenset[bytes]


def words_of(scene: Scene) -> Mapping[bytes, Word]:
    """Return what has been signed as data, as honest transactions show."""
    found: dict[bytes, Word] = {}
    for draft, original in zip(scene.honest, scene.originals, strict=True):
        hashed = frozenset((transaction_hash(original.finish()[0]),))
        for place, made in zip(draft.inputs, original.inputs, strict=True):
            for item, signature in zip(place.items, made.items, strict=True):
                if isinstance(item, SignedMessage) and isinstance(signature, bytes):
                    before = found.get(signature, Word(frozenset(), frozenset()))
                    coins = before.coins | {place.outpoint}
                    found[signature] = Word(coins, before.transactions | hashed)
    return found


def _proof_of(place: DraftInput, names: frozenset[bytes]) -> tuple[bytes, ...]:
    """The long items that an input pushes and that are nobody's key: hashes, secrets, proofs."""
    return tuple(
        item
        for item in place.items
        if isinstance(item, bytes) and len(item) >= _PROOF and item not in names
    )


def proofs_of(scene: Scene) -> Mapping[tuple[bytes, ...], frozenset[bytes]]:
    """Return the transactions that honestly push long items for a contract's coin."""
    names = _names(scene)
    found: dict[tuple[bytes, ...], frozenset[bytes]] = {}
    for draft, original in zip(scene.honest, scene.originals, strict=True):
        hashed = frozenset((transaction_hash(original.finish()[0]),))
        for place in draft.inputs:
            proof = _proof_of(place, names)
            if proof and scene.of_contract(place):
                found[proof] = found.get(proof, frozenset()) | hashed
    return found


def _names(scene: Scene) -> frozenset[bytes]:
    return frozenset(
        key.public_key for party in (*scene.parties, scene.attacker) for key in party.keys
    )


def shown_again(
    draft: Draft, proofs: Mapping[tuple[bytes, ...], frozenset[bytes]], scene: Scene
) -> Loss | None:
    """A contract's coin that is spent with the proof by which it was made."""
    if not proofs:
        return None
    names = _names(scene)
    for at, place in enumerate(draft.inputs):
        transactions = proofs.get(_proof_of(place, names))
        if transactions and place.outpoint_hash in transactions and scene.of_contract(place):
            return Loss("again", f"what was pushed for input {at} is good a second time")
    return None


def replayed(
    draft: Draft, words: Mapping[bytes, Word], scene: Scene, *, gains: bool
) -> Loss | None:
    """A contract's coin that is spent with what has been signed for another one.

    That may be one that was made when it was used for the first time; of others it is only said
    if the attacker gains by it.
    """
    for at, place in enumerate(draft.inputs):
        for item in place.items:
            word = words.get(item) if isinstance(item, bytes) else None
            if word is None or place.outpoint in word.coins or not scene.of_contract(place):
                continue
            if place.outpoint_hash in word.transactions:
                return Loss("again", f"what was signed for input {at} is good a second time")
            if gains and place.outpoint in scene.coins:
                says = f"input {at} is accepted with what was signed for another coin"
                return Loss("replay", says)
    return None
