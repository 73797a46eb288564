"""Whether somebody without a key has written the same transaction in another way."""

from __future__ import annotations

from .draft import Draft, DraftInput, Signed, SignedSerialization
from .parties import NOBODY
from .scene import STRANGER, Scene

__all__ = ["rewritten"]


def rewritten(draft: Draft, honest: Draft, scene: Scene) -> str | None:
    """Say which input of somebody's signed transaction a stranger has unlocked in another way.

    The transaction does the same and has another id. Where nobody signed, anybody could have
    made another one, and nothing is said.
    """
    if scene.attacker is not STRANGER or len(draft.inputs) != len(honest.inputs):
        return None
    if draft[1:4] != honest[1:4] or not any(map(_is_signed, honest.inputs)):
        return None
    changed = None
    for at, (place, other) in enumerate(zip(draft.inputs, honest.inputs, strict=True)):
        if place._replace(items=()) != other._replace(items=()):
            return None
        if place.items == other.items:
            continue
        if len(place.items) != len(other.items) or any(
            mine != theirs
            for mine, theirs in zip(place.items, other.items, strict=True)
            if isinstance(theirs, bytes)
        ):
            changed = at
    return None if changed is None else f"input {changed} may be unlocked in another way"


def _is_signed(place: DraftInput) -> bool:
    return any(
        isinstance(item, (Signed, SignedSerialization)) and item.key is not NOBODY
        for item in place.items
    )
