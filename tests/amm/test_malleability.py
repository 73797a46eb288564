"""No third party changes an unlocking script of a covenant and keeps its meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.direct_world import HONEST, DirectWorld
from support.ticketed_world import (
    ANYBODY,
    PARAMETERS,
    TWO_ORDERS,
    Draft,
    World,
    action,
    default_action,
    refund_unlocker,
)

from bchcov import Output, Transaction, verify
from bchcov.script.pushes import instructions
from bchcov.wallet.balance import Spend

Made = tuple[Transaction, tuple[Output, ...]]


def refund(kind: str) -> Draft:
    world, each = World(), default_action(0)
    held = world.ticket(0, each) if kind == "ticket" else world.order(0, each)
    delay = max(PARAMETERS.refund_delay, PARAMETERS.order_refund_delay)
    return Draft([Spend(held, refund_unlocker(0), delay)], [Output(900, ANYBODY)])


def unfilled() -> Draft:
    """An execution that burns a bond."""
    asked = [action(0, minimum=2**60), default_action(1)]
    return World().queued(*asked).execute(asked)


def sixteen() -> Draft:
    """An execution that is padded."""
    world = World(parameters=replace(PARAMETERS, depth=16))
    actions = [default_action(at) for at in range(16)]
    return world.queued(*actions).execute(actions)


def moved_reserves() -> Draft:
    shut = World().closed()
    return shut.owned(replace(shut.pool.state, bch_reserve=5_000))


CASES: dict[str, Callable[[], Made]] = {
    **{each.__name__: lambda each=each: each(World()).finish() for each in TWO_ORDERS},  # type: ignore[misc]
    **{kind: lambda kind=kind: HONEST[kind](DirectWorld()).finish() for kind in HONEST},  # type: ignore[misc]
    "refund of a ticket": lambda: refund("ticket").finish(),
    "refund of an order": lambda: refund("order").finish(),
    "execution that burns": lambda: unfilled().finish(),
    "execution of 16": lambda: sixteen().finish(),
    "change of the reserves": lambda: moved_reserves().finish(),
}
"""A transaction of every kind, of both profiles."""


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


def require_values(made: Made, index: int, places: Iterable[int]) -> None:
    """Whatever other value one of these bytes has, the script refuses it."""
    honest = made[0].inputs[index].unlocking_bytecode
    for at in places:
        for new in range(256):
            changed = honest[:at] + bytes((new,)) + honest[at + 1 :]
            assert changed == honest or not passes(made, index, changed), (at, new)


@pytest.mark.parametrize("kind", CASES)
def test_selectors_and_counts_have_one_value(kind: str) -> None:
    """All 255 others for each byte of the short pushes behind the siblings."""
    made = CASES[kind]()
    for index in covenant_inputs(made):
        steps = list(instructions(made[0].inputs[index].unlocking_bytecode))
        short = [each for each in steps if each.end - each.offset <= 3][-2:]
        places = [at for each in short for at in range(each.offset, each.end)]
        require_values(made, index, places)


@pytest.mark.long
@pytest.mark.parametrize("kind", CASES)
def test_every_byte_of_an_unlocking_script_has_one_value(kind: str) -> None:
    made = CASES[kind]()
    for index in covenant_inputs(made):
        require_values(made, index, range(len(made[0].inputs[index].unlocking_bytecode)))


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
