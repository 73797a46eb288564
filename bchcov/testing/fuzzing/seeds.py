"""What a search begins with: honest transactions, and the attacker in each of their roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ...crypto.hashes import sha256
from .draft import Draft, DraftInput, Serialized, SignedMessage, SignedSerialization
from .look_alikes import isolated, opened
from .parties import Party, hold
from .placing import Where, put_in_place
from .scene import STRANGER, Scene

__all__ = ["Seed", "Seeds", "make_seeds"]


class Seed(NamedTuple):
    """A draft to start from, and the number of the reference that it is compared with.

    `is_own` says that the attacker has a part in it that not everybody has.
    """

    draft: Draft
    reference: int
    is_own: bool = True


class Seeds(NamedTuple):
    """The seeds of an attacker, the honest drafts as they can sign them, and the references.

    `origins` says of each reference which honest transaction it is, or was before somebody took
    another's place.
    """

    seeds: tuple[Seed, ...]
    held: tuple[Draft, ...]
    references: tuple[Draft, ...]
    origins: tuple[int, ...]


def make_seeds(scene: Scene) -> Seeds:
    """Make the seeds of a scene's attacker, and what these are compared with."""
    attacker = scene.attacker
    pairs = list(zip(scene.honest, scene.originals, strict=True))
    held = [hold(draft, original, attacker.keys) for draft, original in pairs]
    references = list(scene.honest)
    origins = list(range(len(references)))
    seeds = [
        Seed(draft, number, _takes_part(attacker, scene.honest[number]))
        for number, draft in enumerate(held)
    ]
    signing: list[Seed] = []
    for number, (draft, original) in enumerate(pairs):
        for party in scene.parties:
            seen = {draft.key}
            for where in Where:
                placed = put_in_place(draft, party, attacker, where)
                if placed.key in seen:
                    continue
                seen.add(placed.key)
                compared = number
                if party.is_open and where is Where.EVERYWHERE:
                    references.append(placed)
                    origins.append(number)
                    compared = len(references) - 1
                is_own = attacker is STRANGER
                made = seeds if where is not Where.IN_SIGNATURES else signing
                made.append(Seed(hold(placed, original, attacker.keys), compared, is_own))
    seeds += list(_unbound(seeds, scene.originals))
    alone = list(_alone(seeds[: len(held)], scene))
    seeds += [*_succeeding(seeds, scene), *signing, *alone]
    return Seeds(tuple(seeds), tuple(held), tuple(references), tuple(origins))


def _takes_part(attacker: Party, draft: Draft) -> bool:
    """Whether a transaction has to do with an attacker: a stranger can do all the rest as well."""
    if attacker is STRANGER:
        return True
    known = [each for key in attacker.keys for each in (key.public_key, key.public_key_hash)]
    known += attacker.scripts
    texts = [output.locking_bytecode for output in draft.outputs]
    for place in draft.inputs:
        texts += [place.coin.locking_bytecode, place.script or b""]
        for item in place.items:
            if isinstance(item, bytes):
                texts.append(item)
            elif not isinstance(item, Serialized) and item.key in attacker.keys:
                return True
    for output in (*draft.outputs, *(place.coin for place in draft.inputs)):
        if output.token is not None and output.token.nft is not None:
            texts.append(output.token.nft.commitment)
    return any(each in text for text in texts for each in known)


def _unbound(seeds: Sequence[Seed], originals: Sequence[Draft]) -> Iterator[Seed]:
    """Yield seeds that push the serialization of the honest transaction, signed as such or not."""
    for seed in seeds:
        if seed.reference >= len(originals):
            continue
        for at, place in enumerate(seed.draft.inputs):
            pushed: Mapping[int, bytes] = {
                number: original
                for number, (item, original) in enumerate(
                    zip(place.items, originals[seed.reference].inputs[at].items, strict=True)
                )
                if isinstance(item, Serialized) and isinstance(original, bytes)
            }
            for number, original in pushed.items():
                says = f"input {at} pushes the serialization of the honest transaction"
                frozen = seed.draft.with_item(at, number, original)
                yield seed._replace(draft=frozen.after(says))
                for other, item in enumerate(place.items):
                    if isinstance(item, SignedSerialization):
                        signed = SignedMessage(item.key, sha256(original))
                        draft = frozen.with_item(at, other, signed).after(f"{says}, signed")
                        yield seed._replace(draft=draft)


def _alone(seeds: Sequence[Seed], scene: Scene) -> Iterator[Seed]:
    """Yield honest transactions in which coins that look like contracts' are the attacker's."""
    for seed in seeds:
        for draft in (*opened(seed.draft, scene), *isolated(seed.draft, scene)):
            yield seed._replace(draft=draft)


def _succeeding(seeds: Sequence[Seed], scene: Scene) -> Iterator[Seed]:
    """Yield the same spends of coins in other states, which honest transactions spend or create."""
    made: dict[bytes, list[DraftInput]] = {}
    for place in scene.successors:
        made.setdefault(place.outpoint_hash, []).append(place)
    worlds = [draft.inputs for draft in scene.originals] + list(made.values())
    seen = {seed.draft.key for seed in seeds}
    for seed in seeds:
        for world in worlds:
            for draft in _elsewhere(seed.draft, world, scene):
                if draft.key not in seen:
                    seen.add(draft.key)
                    yield seed._replace(draft=draft)


def _elsewhere(draft: Draft, world: Iterable[DraftInput], scene: Scene) -> Iterator[Draft]:
    """Yield a draft with coins of another transaction where the scripts are the same.

    Each coin by itself, and all of them together.
    """
    there = {place.coin.locking_bytecode: place for place in world}
    moved: dict[int, DraftInput] = {}
    for at, place in enumerate(draft.inputs):
        other = there.get(place.coin.locking_bytecode)
        if other is None or other.coin == place.coin or not scene.of_contract(place):
            continue
        moved[at] = place._replace(
            outpoint_hash=other.outpoint_hash,
            outpoint_index=other.outpoint_index,
            coin=other.coin,
        )
    if len(moved) > 1:
        inputs = tuple(moved.get(at, place) for at, place in enumerate(draft.inputs))
        says = "coins of another honest transaction are spent"
        yield draft.with_inputs(inputs).after(says)
    for at, place in moved.items():
        says = f"input {at} spends a coin of another honest transaction"
        yield draft.with_input(at, place).after(says)
