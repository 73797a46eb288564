"""What an attacker may do by right: coins that they may take, and what they wait for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...transaction.constants import AGE_MASK, LOCKTIME_THRESHOLD, NO_AGE, SEQUENCE_FINAL
from .draft import Draft, DraftInput, Signed, SignedMessage
from .parties import Party

__all__ = [
    "age_of",
    "is_alike",
    "is_later",
    "lock_of",
    "messages_of",
    "named_by",
    "own_scripts",
    "texts_of",
]

_CHOICE = 4
"""The most bytes of a push that says no more than which path is taken."""


def own_scripts(honest: Iterable[Draft], party: Party) -> frozenset[bytes]:
    """Return the contracts whose coins a party may take whenever they like.

    These are those that name their key, and that an honest transaction spends to them alone, with
    their signature and nothing else: no lock on time, no secret, nobody else's word. A coin with
    an NFT is left out: its state may say whose turn it is.
    """
    return frozenset(
        place.coin.locking_bytecode
        for draft in honest
        if all(map(party.has, draft.outputs))
        for place in draft.inputs
        if not party.has(place.coin) and _is_alone(place, party) and not _waits(draft, place)
        if place.coin.token is None or place.coin.token.nft is None
    )


def _is_alone(place: DraftInput, party: Party) -> bool:
    own = {each for key in party.keys for each in (key.public_key, key.public_key_hash)}
    signed = [item for item in place.items if isinstance(item, Signed)]
    rest = [item for item in place.items if not isinstance(item, Signed)]
    return (
        bool(signed)
        and all(item.key in party.keys for item in signed)
        and all(isinstance(item, bytes) and (len(item) <= _CHOICE or item in own) for item in rest)
        and any(each in place.running for each in own)
    )


def _waits(draft: Draft, place: DraftInput) -> bool:
    return lock_of(draft, place) > 0 or age_of(place) > 0


def lock_of(draft: Draft, place: DraftInput) -> int:
    """Return the locktime that binds an input, 0 where none does."""
    return draft.locktime if place.sequence != SEQUENCE_FINAL else 0


def is_alike(draft: Draft, place: DraftInput, honest: Draft, other: DraftInput) -> bool:
    """Whether an input waits by the clock of an honest one, if that waits: a time is no height."""
    lock, theirs = lock_of(draft, place), lock_of(honest, other)
    return not theirs or (lock < LOCKTIME_THRESHOLD) == (theirs < LOCKTIME_THRESHOLD)


def age_of(place: DraftInput) -> int:
    """Return the relative lock of an input, 0 where there is none."""
    return 0 if place.sequence & NO_AGE else place.sequence & AGE_MASK


def is_later(lock: int, honest: Sequence[int]) -> bool:
    """Whether a locktime is later than honest ones: a height is not compared with a time."""
    alike = [each for each in honest if (each < LOCKTIME_THRESHOLD) == (lock < LOCKTIME_THRESHOLD)]
    return bool(alike) and lock > max(alike)


def messages_of(draft: Draft) -> set[bytes]:
    """Return what those who hold keys sign in a draft as data."""
    return {
        item.message
        for place in draft.inputs
        for item in place.items
        if isinstance(item, SignedMessage)
    }


def texts_of(places: Iterable[DraftInput]) -> set[bytes]:
    """Return what inputs run, and the states of their coins."""
    return {
        text
        for place in places
        for nft in (place.coin.token.nft if place.coin.token else None,)
        for text in (place.running, nft.commitment if nft else b"")
    }


def named_by(places: Iterable[DraftInput], parties: Iterable[Party]) -> frozenset[str]:
    """Return the names of the parties whose keys or scripts stand in contracts or their states."""
    texts = texts_of(places)
    return frozenset(
        party.name for party in parties if any(own in text for own in _own(party) for text in texts)
    )


def _own(party: Party) -> Iterator[bytes]:
    yield from party.locking_bytecodes
    for key in party.keys:
        yield from (key.public_key, key.public_key_hash)
