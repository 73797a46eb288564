"""Which parts of a transaction are others than in another one: inputs, outputs, spent outputs.

A part is a number, so that sets of them are fast: what is read of one is the same in both
transactions unless the part is among their differences.
"""

from __future__ import annotations

from collections.abc import Sequence

from .context import TransactionContext

__all__ = [
    "FRAME",
    "Differences",
    "differences",
    "part_of_input",
    "part_of_output",
    "part_of_source",
    "reading_frame",
    "reading_input",
    "reading_lock",
    "reading_output",
    "reading_source",
]

FRAME = -1
"""The version, the locktime, the numbers of inputs and of outputs."""
_KINDS = 3
_INPUT, _OUTPUT, _SOURCE = range(_KINDS)
_FRAME_ONLY = (FRAME,)


def part_of_input(index: int) -> int:
    """Return the part that an input is."""
    return _KINDS * index + _INPUT


def part_of_output(index: int) -> int:
    """Return the part that an output is."""
    return _KINDS * index + _OUTPUT


def part_of_source(index: int) -> int:
    """Return the part that the output spent by an input is."""
    return _KINDS * index + _SOURCE


def reading_frame(_context: TransactionContext, _index: int) -> tuple[int, ...]:
    """Return what reading numbers of the whole transaction depends on."""
    return _FRAME_ONLY


def reading_input(context: TransactionContext, index: int) -> tuple[int, ...]:
    """Return what reading an input depends on: where there is none, on their number."""
    is_there = 0 <= index < len(context.transaction.inputs)
    return (_KINDS * index + _INPUT,) if is_there else _FRAME_ONLY


def reading_output(context: TransactionContext, index: int) -> tuple[int, ...]:
    """Return what reading an output depends on."""
    is_there = 0 <= index < len(context.transaction.outputs)
    return (_KINDS * index + _OUTPUT,) if is_there else _FRAME_ONLY


def reading_source(context: TransactionContext, index: int) -> tuple[int, ...]:
    """Return what reading a spent output depends on."""
    is_there = 0 <= index < len(context.source_outputs)
    return (_KINDS * index + _SOURCE,) if is_there else _FRAME_ONLY


def reading_lock(_context: TransactionContext, index: int) -> tuple[int, ...]:
    """Return what looking at the lock of an input depends on."""
    return FRAME, _KINDS * index + _INPUT


def differences(context: TransactionContext, other: TransactionContext) -> frozenset[int]:
    """Find the parts that two transactions do not have in common, by their places."""
    one, two = context.transaction, other.transaction
    found: list[int] = []
    if (
        one.version != two.version
        or one.locktime != two.locktime
        or len(one.inputs) != len(two.inputs)
        or len(one.outputs) != len(two.outputs)
    ):
        found.append(FRAME)
    # Tuples look at identity first: most parts are the same object in both.
    if one.inputs != two.inputs:
        _compare(one.inputs, two.inputs, _INPUT, found)
    if one.outputs != two.outputs:
        _compare(one.outputs, two.outputs, _OUTPUT, found)
    if context.source_outputs != other.source_outputs:
        _compare(context.source_outputs, other.source_outputs, _SOURCE, found)
    return frozenset(found)


def _compare(
    parts: Sequence[object], others: Sequence[object], kind: int, found: list[int]
) -> None:
    part = kind
    for one, other in zip(parts, others, strict=False):
        if one is not other and one != other:
            found.append(part)
        part += _KINDS
    shorter, longer = sorted((len(parts), len(others)))
    found.extend(_KINDS * at + kind for at in range(shorter, longer))


class Differences:
    """The differences of one transaction from others, each found once."""

    __slots__ = ("_found", "context")

    def __init__(self, context: TransactionContext) -> None:
        self.context = context
        # With the other itself: while it is held, its identity is nobody else's.
        self._found: dict[int, tuple[TransactionContext, frozenset[int]]] = {}

    def put(self, other: TransactionContext, found: frozenset[int]) -> None:
        """Note the differences from another transaction, which are known."""
        self._found[id(other)] = other, found

    def known(self, other: TransactionContext) -> frozenset[int] | None:
        """Return the differences from another transaction if they have been found already."""
        known = self._found.get(id(other))
        return None if known is None else known[1]

    def since(self, other: TransactionContext) -> frozenset[int]:
        """Return the differences from another transaction."""
        known = self._found.get(id(other))
        if known is not None:
            return known[1]
        found = differences(self.context, other)
        self._found[id(other)] = other, found
        return found
