"""Edits: small changes of a transaction, each something that an attacker could propose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ...script.numbers import encode_number
from ...transaction.constants import (
    AGE_IS_TIME,
    LOCKTIME_IN_FORCE,
    LOCKTIME_THRESHOLD,
    NO_AGE,
    SEQUENCE_FINAL,
)
from .draft import Draft
from .edits_of_coins import edits_of_coins
from .edits_of_inputs import edits_of_inputs, item_edits
from .edits_of_outputs import edits_of_outputs, state_edits
from .lanes import interleaved
from .material import Edit, Material

__all__ = ["Edit", "Material", "edits_of", "item_edits", "splices", "state_edits", "telling_edits"]

_TIMES = (0, 1, LOCKTIME_THRESHOLD - 1, LOCKTIME_THRESHOLD, 2_000_000_000)


def edits_of(draft: Draft, material: Material) -> Iterator[Edit]:
    """Yield every single change of a draft, the most telling ones first."""
    yield from telling_edits(draft, material)
    yield from item_edits(draft, material)
    yield from state_edits(draft, material)


def telling_edits(draft: Draft, material: Material) -> Iterator[Edit]:
    """Yield changes of what a transaction spends, whom it pays, and when: there are few."""
    # Half of them concern outputs, which are where most is taken.
    outputs = edits_of_outputs(draft, material)
    coins = edits_of_inputs(draft, material), edits_of_coins(draft, material)
    return interleaved((outputs, outputs, outputs, *coins, _times(draft)))


def _times(draft: Draft) -> Iterator[Edit]:
    """Locks on time, and the version that relative ones depend on."""

    def locktime(value: int) -> Callable[[Draft], Draft]:
        return lambda each: each._replace(locktime=value)

    for value in (*_TIMES, max(0, draft.locktime - 1), draft.locktime + 1):
        if value != draft.locktime:
            yield Edit(f"the locktime is {value}", locktime(value))

    # Up to 499,999,999 it is a height, from there on a time; what is pushed says the same.
    if draft.locktime:
        then = _TIMES[-1] if draft.locktime < LOCKTIME_THRESHOLD else LOCKTIME_THRESHOLD - 1
        kind = "a time" if draft.locktime < LOCKTIME_THRESHOLD else "a height"
        yield Edit(f"the locktime is {kind}, in what is pushed as well", _at_other_clock(then))

    def final(each: Draft) -> Draft:
        return each.with_inputs(
            tuple(place._replace(sequence=SEQUENCE_FINAL) for place in each.inputs)
        )

    if any(place.sequence != SEQUENCE_FINAL for place in draft.inputs):
        yield Edit("all sequence numbers are final", final)
        yield Edit(
            "all sequence numbers are final and the locktime is 0",
            lambda each: final(each)._replace(locktime=0),
        )

    def sequence(at: int, value: int) -> Callable[[Draft], Draft]:
        return lambda each: each.with_input(at, each.inputs[at]._replace(sequence=value))

    for at, place in enumerate(draft.inputs):
        for value in (0, 1, LOCKTIME_IN_FORCE, max(0, place.sequence - 1), AGE_IS_TIME, NO_AGE):
            if value != place.sequence:
                yield Edit(f"the sequence number of input {at} is {value}", sequence(at, value))

    def version(value: int) -> Callable[[Draft], Draft]:
        return lambda each: each._replace(version=value)

    for value in (1, 2):
        if value != draft.version:
            yield Edit(f"the version is {value}", version(value))


def _at_other_clock(then: int) -> Callable[[Draft], Draft]:
    def put(draft: Draft) -> Draft:
        old, new = encode_number(draft.locktime), encode_number(then)
        inputs = tuple(
            place._replace(items=tuple(new if item == old else item for item in place.items))
            for place in draft.inputs
        )
        return draft.with_inputs(inputs)._replace(locktime=then)

    return put


class Splice(NamedTuple):
    """A draft of the inputs of two honest transactions, and the one it is compared with."""

    draft: Draft
    seed: int


def splices(drafts: Sequence[Draft]) -> Iterator[Splice]:
    """Yield drafts with the inputs of two honest ones, and the outputs of one or of both."""
    for number, first in enumerate(drafts):
        outpoints = {place.outpoint_hash for place in first.inputs}
        for other, second in enumerate(drafts):
            rest = tuple(place for place in second.inputs if place.outpoint_hash not in outpoints)
            if number == other or not rest:
                continue
            joined = first.with_inputs(first.inputs + rest).after(
                f"the inputs of honest transactions {number} and {other} are spent together"
            )
            yield Splice(joined, number)
            yield Splice(joined.with_outputs(first.outputs + second.outputs), number)
