"""The epochs contracts agree with the plain arithmetic, within their budget, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.epochs_world import KINDS, PARAMETERS, World, default_action, with_state
from support.ticketed_world import Draft, action

from bchcov import BCH_2026, Output, Transaction, verify
from bchcov.amm.action import BUY, SELL, Action, Direction
from bchcov.amm.epochs.batches import MAX_TICKETS
from bchcov.amm.formula import FEE_DENOMINATOR, FEE_KEPT, Reserves
from bchcov.script.numbers import encode_number
from bchcov.transaction.constants import MAX_MONEY, MAX_TOKEN_AMOUNT
from bchcov.wallet.unlockers import Item, RawUnlocker, ScriptUnlocker

FLOOR = PARAMETERS.min_reserve


def amounts(least: int, most: int) -> st.SearchStrategy[int]:
    """Numbers of every size, the bounds often."""
    bits = st.integers(0, most.bit_length()).flatmap(lambda size: st.integers(0, (1 << size) - 1))
    edges = st.sampled_from([least, least + 1, most - 1, most])
    return st.one_of(edges, bits).map(lambda value: min(most, max(least, value)))


@st.composite
def markets(draw: st.DrawFn) -> tuple[Reserves, list[Action | None]]:
    """Reserves and up to five places for them that can exist at all; None is silent."""
    bch = draw(amounts(FLOOR + 1, MAX_MONEY - 10**6))
    tokens = draw(amounts(2, MAX_TOKEN_AMOUNT - 10))
    left_bch, left_tokens = MAX_MONEY - 10**6 - bch, MAX_TOKEN_AMOUNT - tokens
    places: list[Action | None] = []
    for number in range(draw(st.integers(1, 5))):
        direction: Direction = draw(st.sampled_from([BUY, SELL]))
        left = left_bch if direction == BUY else left_tokens
        if left < 1 or draw(st.integers(0, 5)) == 0:
            places.append(None)
            continue
        own, other = (bch, tokens) if direction == BUY else (tokens, bch)
        amount = draw(st.one_of(amounts(1, left), st.integers(1, min(left, 2 * own))))
        left_bch -= amount if direction == BUY else 0
        left_tokens -= 0 if direction == BUY else amount
        fair = amount * FEE_KEPT * other // (own * FEE_DENOMINATOR)
        near = st.sampled_from([0, fair, fair * 99 // 100, fair * 9 // 10, fair // 2])
        minimum = draw(st.one_of(near, amounts(0, MAX_TOKEN_AMOUNT)))
        places.append(action(number, direction, amount, min(minimum, MAX_TOKEN_AMOUNT)))
    return Reserves(bch, tokens), places


def revealing(
    reserves: Reserves, places: Sequence[Action | None], sizes: Sequence[int] | None = None
) -> World:
    world = World(reserves=reserves)
    everybody = [each or default_action(40 + at) for at, each in enumerate(places)]
    return world.revealing(*everybody, sizes=sizes)


def passes(made: tuple[Transaction, tuple[Output, ...]]) -> bool:
    return verify(*made, BCH_2026, scripts_only=True).ok


@settings(max_examples=250, deadline=None)
@given(markets(), st.data())
def test_a_settlement_is_what_the_model_says(
    market: tuple[Reserves, list[Action | None]], data: st.DataObject
) -> None:
    reserves, places = market
    cut = data.draw(st.integers(0, len(places)))
    world = revealing(reserves, places, [cut, 0, len(places) - cut])
    draft = world.settle(*places)
    transaction, sources = draft.finish()
    verdict = verify(transaction, sources, BCH_2026, scripts_only=True)
    assert verdict.ok, str(verdict)
    # A satoshi less, or a token more or less, is refused; so is another price.
    for index in range(2, 2 + sum(each is not None for each in places)):
        output = transaction.outputs[index]
        for changed in (
            replace(output, value=output.value - 1),
            replace(output, token=None if output.token else world.pool.vault.token),
        ):
            outputs = list(transaction.outputs)
            outputs[index] = changed
            assert not passes((replace(transaction, outputs=tuple(outputs)), sources))
    unlocker = draft.spends[1].unlocker
    assert isinstance(unlocker, ScriptUnlocker)
    for place in (-6, -5, -4, -3):
        item = unlocker.items[place]
        assert isinstance(item, int)
        for claimed in {item + 1, max(-1, item - 1), 2, -1, 0} - {item}:
            items = list(unlocker.items)
            items[place] = claimed
            draft.unlock(1, replace(unlocker, items=tuple(items)))
            assert not passes(draft.finish()), (place, item, claimed)


LARGE = Reserves(MAX_MONEY // 2, MAX_TOKEN_AMOUNT // 2)


def largest(count: int, direction: Direction, at: int) -> Action:
    share = (LARGE.bch if direction == BUY else LARGE.tokens) // (2 * count)
    return action(at, direction, share)


def with_limit(each: Action, hundredths: int) -> Action:
    own, other = (LARGE.bch, LARGE.tokens) if each.direction == BUY else (LARGE.tokens, LARGE.bch)
    return replace(each, min_out=each.amount_in * other * hundredths // (own * 100))


MIXES: dict[str, Callable[[int, int], Action | None]] = {
    "buys": lambda n, at: largest(n, BUY, at),
    "sales": lambda n, at: largest(n, SELL, at),
    "both": lambda n, at: largest(n, SELL if at % 2 else BUY, at),
    "buys not filled": lambda n, at: replace(largest(n, BUY, at), min_out=2**64 - 1),
    "sales not filled": lambda n, at: replace(largest(n, SELL, at), min_out=2**64 - 1),
    "sales at the margin": lambda n, at: with_limit(largest(n, SELL, at), 90),
    "buys at the margin": lambda n, at: with_limit(largest(n, BUY, at), 90),
    "both at the margin": lambda n, at: with_limit(largest(n, SELL if at % 2 else BUY, at), 99),
    "silent": lambda *_: None,
}


def settles_in_its_budget(count: int, mix: str, sizes: Sequence[int]) -> None:
    places = [MIXES[mix](count, at) for at in range(count)]
    draft = revealing(LARGE, places, sizes).settle(*places)
    del draft.outputs[-1]  # a tip is less than that
    verdict = verify(*draft.finish(), BCH_2026)
    assert verdict.error is None or verdict.error.check != "scripts", str(verdict)
    result = verdict.inputs[1]
    assert result.ok, str(verdict)
    metrics = result.metrics
    assert metrics.op_cost <= (metrics.op_cost_limit or 0)
    assert metrics.hash_iterations <= (metrics.hash_iterations_limit or 0)


@pytest.mark.parametrize("mix", MIXES)
@pytest.mark.parametrize("count", [1, 19, 20, 21, 60, 100])
def test_an_epoch_fits_its_budget_whatever_is_in_it(count: int, mix: str) -> None:
    """In one batch: the fewest bytes, so the least budget."""
    settles_in_its_budget(count, mix, [count])


@pytest.mark.long
@pytest.mark.parametrize("mix", MIXES)
def test_an_epoch_of_any_size_fits_its_budget(mix: str) -> None:
    for count in range(1, PARAMETERS.most + 1):
        settles_in_its_budget(count, mix, [count])
        settles_in_its_budget(count, mix, [1] * count)


def test_a_full_append_fits_its_budget() -> None:
    world = World()
    draft = world.append([world.ticket(at, default_action(at)) for at in range(MAX_TICKETS)])
    assert verify(*draft.finish(), BCH_2026).ok


COVENANTS = {
    kind.__name__: kind for kind in KINDS if kind.__name__ in ("_append", "_settle", "_turn")
}


@pytest.mark.parametrize("kind", COVENANTS)
def test_every_byte_of_an_unlocking_script_counts(kind: str) -> None:
    made = COVENANTS[kind](World()).finish()
    assert passes(made)
    for index in (0, 1):
        honest = made[0].inputs[index].unlocking_bytecode
        for at in range(len(honest)):
            changed = honest[:at] + bytes((honest[at] ^ 1,)) + honest[at + 1 :]
            assert not passes(swapped(made, index, changed)), (index, at)


@pytest.mark.parametrize("kind", COVENANTS)
def test_no_argument_can_be_another_one(kind: str) -> None:
    draft = COVENANTS[kind](World())
    for index in (0, 1):
        unlocker = draft.spends[index].unlocker
        if not isinstance(unlocker, ScriptUnlocker):
            continue
        for place, item in enumerate(unlocker.items):
            others: list[Item] = [*range(-2, 8), b"", b"\0", b"\x80", b"\x01\0", b"\x01" * 64]
            if isinstance(item, bytes) and len(item) == 32:
                others += [item + b"\0", item + bytes(32), item[1:], b"\0" + item]
            for other in others:
                if encoded(other) == encoded(item):
                    continue
                items = [*unlocker.items[:place], other, *unlocker.items[place + 1 :]]
                draft.unlock(index, replace(unlocker, items=tuple(items)))
                assert not passes(draft.finish()), (index, place, other)
        draft.unlock(index, unlocker)
    assert passes(draft.finish())


def encoded(item: Item) -> bytes | Item:
    return encode_number(item) if isinstance(item, int) else item


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(COVENANTS)), st.data())
def test_nothing_is_put_in_or_taken_out(kind: str, data: st.DataObject) -> None:
    made = COVENANTS[kind](World()).finish()
    pushing = [at for at, each in enumerate(made[0].inputs[:2]) if each.unlocking_bytecode]
    index = data.draw(st.sampled_from(pushing))
    honest = made[0].inputs[index].unlocking_bytecode
    at = data.draw(st.integers(0, len(honest)))
    size = data.draw(st.sampled_from([0, 1, 2, 21, 33]))
    more = data.draw(st.sampled_from([b"", b"\0", b"\x51", b"\x01\0", b"\x20" + bytes(32)]))
    changed = honest[:at] + more + honest[at + size :]
    assert changed == honest or not passes(swapped(made, index, changed))


def swapped(
    made: tuple[Transaction, tuple[Output, ...]], index: int, unlocking: bytes
) -> tuple[Transaction, tuple[Output, ...]]:
    inputs = list(made[0].inputs)
    inputs[index] = replace(inputs[index], unlocking_bytecode=unlocking)
    return replace(made[0], inputs=tuple(inputs)), made[1]


@pytest.mark.parametrize("make", KINDS[:2] + KINDS[3:6], ids=lambda each: each.__name__)
def test_any_byte_of_the_successor_s_commitment_counts(make: Callable[[World], Draft]) -> None:
    token = make(World()).outputs[0].token
    assert token is not None
    assert token.nft is not None
    honest = token.nft.commitment
    others = [
        honest[:at] + bytes((honest[at] ^ 1,)) + honest[at + 1 :] for at in range(len(honest))
    ]
    for other in [*others, honest[:-1], honest + b"\0", honest + b"\x80", honest[:74], b""]:
        if other == honest:
            continue
        draft = make(World())
        draft.commitment(other)
        assert not passes(draft.finish()), other.hex()


@pytest.mark.parametrize("kind", ["slot", "order", "ticket"])
def test_no_other_transaction_of_the_pool_takes_what_waits(kind: str) -> None:
    """As a further input of a turn, of the owner, of an append or of a settlement."""
    world = World()
    slot = next(iter(world.revealing(default_action(7)).pool.current)).coin
    held = {
        "slot": slot,
        "order": world.order(7, default_action(7)),
        "ticket": world.ticket(7, default_action(7)),
    }[kind]
    for make in KINDS:
        if make.__name__ in ("_reveal", "_exit"):
            continue
        draft = make(World())
        assert passes(draft.finish())
        draft.spends.append(replace(draft.spends[0], coin=held, unlocker=RawUnlocker()))
        verdict = verify(*draft.finish(), BCH_2026, scripts_only=True)
        assert verdict.error is not None
        assert verdict.error.input == len(draft.spends) - 1, make.__name__


def test_a_slot_of_the_next_epoch_is_not_settled_with_the_current_one() -> None:
    world = World().revealing(default_action(0), default_action(1))
    later = world.epoch([default_action(1)], [1], b"\x08" * 32)
    places, clearing = world.pool.plan(world.orders([default_action(0), None]))
    draft = world.settled((places[0], next(iter(later))), clearing)
    assert not passes(draft.finish())


def test_the_collected_field_names_no_input_beyond_the_places() -> None:
    draft = with_state(KINDS[1](World()), collected=-5)
    assert not passes(draft.finish())
