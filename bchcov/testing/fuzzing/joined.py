"""Edits of what a script joins: the same bytes together, with another border between the parts.

What is signed or hashed without the lengths of its parts can be read in several ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from ...script.opcodes import Op
from ...transaction.context import TransactionContext
from .draft import Draft
from .material import Edit
from .output_fields import OF_OUTPUTS, field_of, output_with
from .provenance import Derived, Pushed, Read, Traced, watch
from .scene import Scene

__all__ = ["border_edits"]

_MOST_DEPTH = 64
_FARTHEST = 8


def border_edits(draft: Draft, scene: Scene) -> Iterator[Edit]:
    """Yield drafts in which two neighbouring parts of what is joined are cut elsewhere.

    The parts are pushed, or read from outputs.
    """
    context = TransactionContext(*draft.finish())
    for index, place in enumerate(draft.inputs):
        if not scene.of_contract(place):
            continue
        watched = watch(context, index, scene.rules)
        joined = [item for _, operands in watched.compared for item in operands]
        seen: set[tuple[object, ...]] = set()
        for item in joined:
            parts = list(_parts(item))
            for first, second in pairwise(parts):
                key = _place_of(first), _place_of(second)
                if None not in key and key not in seen:
                    seen.add(key)
                    yield from _cut_elsewhere(index, first, second)


def _parts(item: Traced, depth: int = 0) -> Iterator[Traced]:
    """Yield what has been joined, in order, within what was hashed of it."""
    origin = item.origin
    if isinstance(origin, Derived) and depth < _MOST_DEPTH:
        if origin.opcode == Op.OP_CAT:
            for each in origin.operands[-2:]:
                yield from _parts(each, depth + 1)
            return
        if Op.OP_RIPEMD160 <= origin.opcode <= Op.OP_HASH256:
            yield from _parts(origin.operands[-1], depth + 1)
            return
    yield item


def _place_of(item: Traced) -> tuple[int, ...] | None:
    """Where a part is pushed or read, None where nobody can change it."""
    origin = item.origin
    if isinstance(origin, Pushed):
        return (origin.number,)
    if isinstance(origin, Read) and origin.opcode in OF_OUTPUTS:
        return origin.opcode, origin.at
    return None


def _cut_elsewhere(index: int, first: Traced, second: Traced) -> Iterator[Edit]:
    whole, border = bytes(first) + bytes(second), len(first)
    near = (border + sign * step for step in range(1, _FARTHEST + 1) for sign in (1, -1))
    for cut in dict.fromkeys((*near, 0, len(whole))):
        if 0 <= cut <= len(whole) and cut != border:
            says = f"what input {index} joins is cut elsewhere"
            yield Edit(says, _both(index, first, second, whole[:cut], whole[cut:]))


def _both(
    index: int, first: Traced, second: Traced, head: bytes, tail: bytes
) -> Callable[[Draft], Draft]:
    return lambda draft: _with(_with(draft, index, first, head), index, second, tail)


def _with(draft: Draft, index: int, part: Traced, wanted: bytes) -> Draft:
    """Let a part be other bytes. Raises IndexError if it cannot be."""
    origin = part.origin
    if isinstance(origin, Pushed):
        return draft.with_item(index, origin.number, wanted)
    assert isinstance(origin, Read)
    for made in output_with(draft.outputs[origin.at], origin.opcode, wanted):
        if field_of(made, origin.opcode) == wanted:
            return draft.with_output(origin.at, made)
    raise IndexError(wanted)
