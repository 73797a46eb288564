"""Repairing a refused draft: what refused it tells what to change next."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ...script.numbers import encode_number
from ...script.opcodes import Op
from ...transaction.context import TransactionContext
from .draft import Draft
from .output_fields import number_of
from .provenance import Traced, Watched
from .scene import Scene
from .wishes import Wisher

__all__ = ["repaired"]

_ALTERNATIVES = 24
_MAX_UINT32 = 0xFFFFFFFF
_TRUE = bytes((Op.OP_1,))


def repaired(
    draft: Draft, scene: Scene, preimages: dict[bytes, bytes], first: int = 0
) -> Iterator[Draft]:
    """Yield drafts in which what refused the first failing input may come out right.

    It is looked for from input `first` on, which is known where the draft has been judged. Hashes
    that the run computes are added to `preimages`.
    """
    context = TransactionContext(*draft.finish())
    for index in range(first, len(draft.inputs)):
        watched = scene.judge.watch(context, index)
        for hashed, preimage in watched.made.items():
            preimages.setdefault(hashed, bytes(preimage))
        if not watched.result.ok:
            wisher = Wisher(draft, index, preimages)
            yield from islice(_granted(wisher, watched), _ALTERNATIVES)
            return


def _granted(wisher: Wisher, watched: Watched) -> Iterator[Draft]:
    for number in watched.run:
        # A function that is pushed refuses nothing if it may be another one.
        yield wisher.draft.with_item(wisher.index, number, _TRUE)
    if watched.result.code is None:
        if watched.stack:
            yield from wisher.be_true(watched.stack[-1])
        return
    opcode, operands = watched.opcode, watched.operands
    if opcode is None or not operands:
        return
    if opcode == Op.OP_VERIFY:
        yield from wisher.be_true(operands[-1])
    elif opcode in (Op.OP_CHECKLOCKTIMEVERIFY, Op.OP_CHECKSEQUENCEVERIFY):
        yield from _unlocked(wisher, opcode, operands[-1])
    else:
        yield from wisher.compare(opcode, operands)


def _unlocked(wisher: Wisher, opcode: int, wanted: Traced) -> Iterator[Draft]:
    """What satisfies a lock on time: a later transaction, or another lock."""
    number = number_of(wanted)
    if number is None or not 0 <= number <= _MAX_UINT32:
        return
    draft, index = wisher.draft, wisher.index
    place = draft.inputs[index]
    if opcode == Op.OP_CHECKLOCKTIMEVERIFY:
        waiting = place._replace(sequence=min(place.sequence, _MAX_UINT32 - 1))
        yield draft.with_input(index, waiting)._replace(locktime=number)
    else:
        yield draft.with_input(index, place._replace(sequence=number))._replace(version=2)
    claimed = draft.locktime if opcode == Op.OP_CHECKLOCKTIMEVERIFY else place.sequence
    for other in (b"", b"\x01", encode_number(claimed)):
        yield from wisher.be(wanted, other)
