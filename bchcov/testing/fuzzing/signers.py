"""Who honestly signs for a contract's coin, and coins that are spent without them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...transaction.codec import transaction_hash
from .branches import Branches, branches_of
from .comparing import Loss
from .draft import Draft, DraftInput, Signed, SignedMessage
from .scene import Scene

__all__ = ["SignedSpend", "Word", "replayed", "signed_spends", "unsigned", "words_of"]


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


def replayed(
    draft: Draft, words: Mapping[bytes, Word], scene: Scene, *, again: bool
) -> Loss | None:
    """A contract's coin that is spent with what has been signed for another one.

    With `again`, it is one that was made when that was used for the first time.
    """
    for at, place in enumerate(draft.inputs):
        for item in place.items:
            word = words.get(item) if isinstance(item, bytes) else None
            if word is None or place.outpoint in word.coins or not scene.of_contract(place):
                continue
            if place.outpoint_hash in word.transactions:
                return Loss("again", f"what was signed for input {at} is good a second time")
            if not again and place.outpoint in scene.coins:
                says = f"input {at} is accepted with what was signed for another coin"
                return Loss("replay", says)
    return None
