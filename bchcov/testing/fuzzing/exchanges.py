"""Edits that spend and push what honest transactions have spent and pushed elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .draft import Draft, DraftInput, Item
from .material import Edit, Material

__all__ = ["exchanged_coins", "exchanged_items"]

_FEWEST = 2


def exchanged_items(draft: Draft, material: Material) -> Iterator[Edit]:
    """Yield drafts with the items of another honest input, all of them or neighbours.

    What belongs together comes together: a message and its signature, a leaf and its proof.
    """
    seen = {place.items for place in draft.inputs}
    for number, honest in enumerate(material.held):
        for other, theirs in enumerate(honest.inputs):
            for at, place in enumerate(draft.inputs):
                count = len(place.items)
                if len(theirs.items) != count or place.raw is not None:
                    continue
                for first in range(count):
                    for end in range(count, first + _FEWEST - 1, -1):
                        items = (
                            *place.items[:first],
                            *theirs.items[first:end],
                            *place.items[end:],
                        )
                        if items not in seen:
                            seen.add(items)
                            says = (
                                f"input {at} pushes items {first} to {end - 1} of input {other}"
                                f" of honest transaction {number}"
                            )
                            yield Edit(says, _with_items(at, items))


def exchanged_coins(draft: Draft, material: Material) -> Iterator[Edit]:
    """Yield drafts that spend the coin of another honest transaction, in another state."""
    seen = {(place.outpoint, place.coin) for place in draft.inputs}
    for number, honest in enumerate(material.held):
        for theirs in honest.inputs:
            for at, place in enumerate(draft.inputs):
                is_alike = theirs.coin.locking_bytecode == place.coin.locking_bytecode
                if is_alike and (theirs.outpoint, theirs.coin) not in seen:
                    says = f"input {at} spends a coin of honest transaction {number}"
                    yield Edit(says, _with_coin(at, theirs))


def _with_coin(at: int, theirs: DraftInput) -> Callable[[Draft], Draft]:
    return lambda draft: draft.with_input(
        at,
        draft.inputs[at]._replace(
            outpoint_hash=theirs.outpoint_hash,
            outpoint_index=theirs.outpoint_index,
            coin=theirs.coin,
        ),
    )


def _with_items(at: int, items: tuple[Item, ...]) -> Callable[[Draft], Draft]:
    return lambda draft: draft.with_input(at, draft.inputs[at]._replace(items=items))
