"""No third party changes an unlocking script of a covenant and keeps its meaning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.direct_world import HONEST, DirectWorld
from support.ticketed_world import TWO_ORDERS, World

from bchcov import Output, Transaction, verify

Made = tuple[Transaction, tuple[Output, ...]]
CASES: dict[str, Callable[[], Made]] = {
    **{each.__name__: lambda each=each: each(World()).finish() for each in TWO_ORDERS[:3]},  # type: ignore[misc]
    **{
        kind: lambda kind=kind: HONEST[kind](DirectWorld()).finish()  # type: ignore[misc]
        for kind in ("commit", "reveal of a buy", "expire")
    },
}


def passes(made: Made, index: int, unlocking: bytes) -> bool:
    transaction, sources = made
    inputs = list(transaction.inputs)
    inputs[index] = replace(inputs[index], unlocking_bytecode=unlocking)
    return verify(replace(transaction, inputs=tuple(inputs)), sources, scripts_only=True).ok


def covenant_inputs(made: Made) -> range:
    """The pool, and the vault where it is spent: the inputs that push anything."""
    unlocking = [item.unlocking_bytecode for item in made[0].inputs[:2]]
    return range(sum(1 for each in unlocking if each))


@pytest.mark.parametrize("kind", CASES)
def test_every_byte_of_an_unlocking_script_counts(kind: str) -> None:
    made = CASES[kind]()
    for index in covenant_inputs(made):
        honest = made[0].inputs[index].unlocking_bytecode
        assert passes(made, index, honest)
        for at in range(len(honest)):
            changed = honest[:at] + bytes((honest[at] ^ 1,)) + honest[at + 1 :]
            assert not passes(made, index, changed), at


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(CASES)), st.data())
def test_nothing_is_put_in_or_taken_out(kind: str, data: st.DataObject) -> None:
    made = CASES[kind]()
    index = data.draw(st.sampled_from(list(covenant_inputs(made))))
    honest = made[0].inputs[index].unlocking_bytecode
    at = data.draw(st.integers(0, len(honest)))
    size = data.draw(st.sampled_from([0, 1, 2, 21, 33]))
    more = data.draw(st.sampled_from([b"", b"\0", b"\x51", b"\x01\0", b"\x20" + bytes(32)]))
    changed = honest[:at] + more + honest[at + size :]
    assert changed == honest or not passes(made, index, changed)
