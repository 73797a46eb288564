"""Edits of inputs: which coins are spent, and what is pushed for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ...script.numbers import encode_number
from .draft import Draft, DraftInput, Item, Signed, SignedMessage, fresh_outpoint
from .exchanges import exchanged_coins, exchanged_items
from .material import Edit, Material
from .output_fields import number_of

__all__ = ["edits_of_inputs", "item_edits"]

_EDGES = (
    b"",
    b"\x01",
    b"\x02",
    b"\x81",
    b"\x00",
    b"\x10",
    b"\x11",
    b"\xff\x7f",
    b"\xff\xff\xff\x7f",
)
_HASH_TYPES = (0x61, 0x41, 0x42, 0x43, 0xC1, 0xC2, 0xC3, 0x62, 0x63)
_BITS = range(1, 9)
_DUST = 1_000
_LONGEST_COMMITMENT = 128


def edits_of_inputs(draft: Draft, material: Material) -> Iterator[Edit]:
    """Yield every single change of the coins that a draft spends."""
    yield from _doubled(draft, material)
    yield from exchanged_coins(draft, material)


def item_edits(draft: Draft, material: Material) -> Iterator[Edit]:
    """Yield every single change of what a draft's inputs push."""
    yield from exchanged_items(draft, material)
    for at, place in enumerate(draft.inputs):
        yield from _pushes(at, place, material)
    for at, place in enumerate(draft.inputs):
        for number, item in enumerate(place.items):
            yield from _signatures(at, number, item, material)


def _spend(place: DraftInput) -> Callable[[Draft], Draft]:
    return lambda draft: draft.with_inputs((*draft.inputs, place))


def _with(at: int, **changes: object) -> Callable[[Draft], Draft]:
    return lambda draft: draft.with_input(at, draft.inputs[at]._replace(**changes))  # type: ignore[arg-type]


def _item(at: int, number: int, item: Item) -> Callable[[Draft], Draft]:
    return lambda draft: draft.with_item(at, number, item)


def _doubled(draft: Draft, material: Material) -> Iterator[Edit]:
    """A second coin beside the first, another in its place, none, or another order."""
    inputs = draft.inputs
    for at, place in enumerate(inputs):
        twin = fresh_outpoint(place)
        yield Edit(f"a second coin like that of input {at} is spent as well", _spend(twin))
        outpoint = fresh_outpoint(place, 1).outpoint_hash
        yield Edit(
            f"input {at} spends another coin like its own", _with(at, outpoint_hash=outpoint)
        )
        yield Edit(
            f"input {at} spends output {place.outpoint_index + 1}",
            _with(at, outpoint_index=place.outpoint_index + 1),
        )
        if len(inputs) > 1:
            yield Edit(f"input {at} is left out", _left_out(at))
        for other in range(at):
            yield Edit(f"inputs {other} and {at} change places", _swapped(at, other))
    spent = {place.outpoint_hash for place in inputs}
    for number, honest in enumerate(material.held):
        for place in honest.inputs:
            if place.outpoint_hash not in spent:
                says = f"a coin of honest transaction {number} is spent as well"
                yield Edit(says, _spend(place))


def _left_out(at: int) -> Callable[[Draft], Draft]:
    return lambda draft: draft.with_inputs(draft.inputs[:at] + draft.inputs[at + 1 :])


def _swapped(at: int, other: int) -> Callable[[Draft], Draft]:
    def swap(draft: Draft) -> Draft:
        inputs = list(draft.inputs)
        inputs[at], inputs[other] = inputs[other], inputs[at]
        return draft.with_inputs(tuple(inputs))

    return swap


def _pushes(at: int, place: DraftInput, material: Material) -> Iterator[Edit]:
    items = place.items
    for number, item in enumerate(items):
        where = f"item {number} of input {at}"
        if not isinstance(item, bytes):
            yield Edit(f"{where} is empty", _item(at, number, b""))
            continue
        for other in _other_items(item, material):
            yield Edit(f"{where} is another", _item(at, number, other))
        yield Edit(f"{where} is left out", _without_item(at, number))
        after = items[number + 1] if number + 1 < len(items) else None
        if isinstance(after, bytes):
            yield from _borders(at, number, item, after)
    if place.raw is None:
        yield Edit(f"input {at} pushes one item more", _with_item_more(at))


def _without_item(at: int, number: int) -> Callable[[Draft], Draft]:
    def without(draft: Draft) -> Draft:
        items = draft.inputs[at].items
        return _with(at, items=items[:number] + items[number + 1 :])(draft)

    return without


def _with_item_more(at: int) -> Callable[[Draft], Draft]:
    return lambda draft: _with(at, items=(b"\x01", *draft.inputs[at].items))(draft)


def _borders(at: int, number: int, item: bytes, after: bytes) -> Iterator[Edit]:
    """Another border between two neighbouring items: what is hashed together stays the same."""
    whole = item + after

    def moved(cut: int) -> Callable[[Draft], Draft]:
        return lambda draft: draft.with_item(at, number, whole[:cut]).with_item(
            at, number + 1, whole[cut:]
        )

    for cut in (len(item) - 1, len(item) + 1, 0, len(whole)):
        if 0 <= cut <= len(whole) and cut != len(item):
            says = f"the border between items {number} and {number + 1} of input {at} is moved"
            yield Edit(says, moved(cut))


def _other_items(item: bytes, material: Material) -> Iterator[bytes]:
    seen = {item}
    number = number_of(item)
    numbers: tuple[int, ...] = ()
    if number is not None:
        numbers = (number + 1, number - 1, number * 2, number // 2, -number, number * 10)
        # What is taken modulo, or looked at bit by bit, may be the same.
        numbers += tuple(number + sign * 2**bit for bit in _BITS for sign in (1, -1))
    for made in (
        *_EDGES,
        *map(encode_number, numbers),
        *(item + b"\x00", item[:-1], item[1:], bytes(len(item)), item[::-1]),
        *material.values,
    ):
        if made not in seen and len(made) <= 10_000:
            seen.add(made)
            yield made


def _signatures(at: int, number: int, item: Item, material: Material) -> Iterator[Edit]:
    """Other hash types and messages, where the attacker has the key."""
    if isinstance(item, Signed):
        for hash_type in _HASH_TYPES:
            if hash_type != item.hash_type:
                says = f"the signature in input {at} has the hash type {hash_type:#x}"
                yield Edit(says, _item(at, number, replace(item, hash_type=hash_type)))
    elif isinstance(item, SignedMessage):
        for message in _other_items(item.message, material):
            says = f"the attacker signs another message in input {at}"
            yield Edit(says, _other_message(at, number, item, message))


def _other_message(
    at: int, number: int, item: SignedMessage, message: bytes
) -> Callable[[Draft], Draft]:
    def sign(draft: Draft) -> Draft:
        items = [message if each == item.message else each for each in draft.inputs[at].items]
        items[number] = replace(item, message=message)
        return _with(at, items=tuple(items))(draft)

    return sign
