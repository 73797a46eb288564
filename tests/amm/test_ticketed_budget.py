"""A batch fits the budget of its script at every place of the queue, at every depth and size.

What a batch costs is what its orders cost, each on its own, and what the range proof costs, which
depends on the place. So the costliest orders are tried at the costliest place, with the shortest
proof: each byte of a sibling would buy more budget than it costs.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from support.ticketed_world import ANYBODY, PARAMETERS, Draft, World, action, coin

from bchcov import BCH_2026, Output, compile_contract, verify
from bchcov.amm.action import BUY, SELL, Action, Direction
from bchcov.amm.queue import Queue
from bchcov.amm.ticketed.batches import MAX_ORDERS, sibling_numbers
from bchcov.amm.ticketed.scripts import FOLDER
from bchcov.contract import Contract, load_source
from bchcov.script.patterns import p2sh32
from bchcov.wallet.balance import Spend
from bchcov.wallet.unlockers import Item, ScriptUnlocker

CALM_INDEX = 1 << 30
"""Indices of four bytes, as after a long life: the largest numbers that the counters hold."""
DEPTHS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 30)
PER_BYTE = 800
"""The operation cost that a byte of an input buys."""


@cache
def alone() -> Contract:
    source = load_source(f"{FOLDER}/range_proof")
    return compile_contract("range_proof", source=f"OP_DROP\n{source}\nOP_2DROP OP_1\n")


def cost_of_proof(depth: int, place: int, count: int) -> int:
    """What the proof of empty siblings costs, less what its bytes buy, and as much everywhere."""
    siblings = sibling_numbers(Queue(depth, place, place), place, count)
    leaves = b"\x01" * (32 * count), bytes(32 * count)
    items: tuple[Item, ...] = (*siblings, *leaves, place + (1 << depth), bytes(3_000))
    held = coin("the proof's", Output(1_000, p2sh32(alone().code)))
    draft = Draft([Spend(held, ScriptUnlocker(items, alone().code))], [Output(900, ANYBODY)])
    transaction, sources = draft.finish()
    verdict = verify(transaction, sources, BCH_2026, scripts_only=True)
    assert verdict.ok, str(verdict)
    return verdict.inputs[0].metrics.op_cost - PER_BYTE * len(siblings)


def crossing(depth: int, count: int) -> range:
    """The last 32 places whose range crosses the middle of the ring: two siblings at each level."""
    middle = 1 << (depth - 1)
    first = max(0, middle - count + 1, middle - 32)
    return range(first, middle) if count > 1 and first + count <= 1 << depth else range(1)


@cache
def worst_place(depth: int, count: int) -> int:
    places = [each for each in crossing(depth, count) if each + count <= 1 << depth]
    return max(places, key=lambda each: cost_of_proof(depth, each, count))


def costliest(number: int) -> Action:
    """A sale that is not filled, of amounts whose products are the longest numbers."""
    return action(number, SELL, 2**55, 2**64 - 1)


def rich(depth: int) -> World:
    world = World(parameters=replace(PARAMETERS, depth=depth))
    state = replace(world.pool.state, bch_reserve=2 * 10**15, token_reserve=2**62)
    return world.at(state)


def fits(draft: Draft) -> bool:
    transaction, sources = draft.finish()
    return verify(transaction, sources, BCH_2026, scripts_only=True).ok


def require_fit(depth: int, count: int) -> None:
    index = worst_place(depth, count) + (CALM_INDEX if depth < 30 else 0)
    actions = [costliest(number) for number in range(count)]
    world = rich(depth)
    assert fits(world.queued(*actions, start=index).execute(actions)), (depth, count, index)
    empty = world.queued(start=index)
    tickets = [empty.ticket(number, each) for number, each in enumerate(actions)]
    assert fits(empty.sequence(tickets)), (depth, count, index)


@pytest.mark.parametrize("depth", [3, 4, 10, 14, 16])
@pytest.mark.parametrize("count", [1, 8, 14, 15, 16, 18, 22, 50, MAX_ORDERS])
def test_a_batch_fits_at_the_worst_place(depth: int, count: int) -> None:
    if count <= 1 << depth:
        require_fit(depth, count)


@pytest.mark.long
@pytest.mark.parametrize("depth", DEPTHS)
def test_every_batch_fits_at_the_worst_place(depth: int) -> None:
    for count in range(1, min(MAX_ORDERS, 1 << depth) + 1):
        require_fit(depth, count)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 16, 33])
def test_no_place_costs_more_than_one_in_the_middle(count: int) -> None:
    depth = 6
    most = max(cost_of_proof(depth, at, count) for at in crossing(depth, count))
    for place in range((1 << depth) - count + 1):
        # A place that is a larger number costs a few units more.
        assert cost_of_proof(depth, place, count) <= most + 100, place


@pytest.mark.long
@pytest.mark.parametrize("count", [1, 2, 3, 7, 15, 16, 17, 31, 64, 99, 100])
def test_no_place_of_1024_costs_more_than_one_in_the_middle(count: int) -> None:
    most = max(cost_of_proof(10, at, count) for at in crossing(10, count))
    for place in range(1024 - count + 1):
        assert cost_of_proof(10, place, count) <= most + 100, place


def test_no_order_costs_more_than_the_costliest() -> None:
    world, costs = rich(4), {}
    cases: list[tuple[Direction, int, int]] = [
        (way, amount, minimum)
        for way in (BUY, SELL)
        for amount in (1_000, 10**9, 10**12, 10**14, 2**55)
        for minimum in (0, 2**31, 2**62, 2**64 - 1)
        if way == SELL or amount < 10**15 // 10
    ]
    for way, amount, minimum in cases:
        each = action(0, way, amount, minimum)
        transaction, sources = world.queued(each).execute([each]).finish()
        verdict = verify(transaction, sources, BCH_2026, scripts_only=True)
        assert verdict.ok
        costs[way, amount, minimum] = verdict.inputs[1].metrics.op_cost
    assert max(costs.values()) == costs[SELL, 2**55, 2**64 - 1]


def test_a_batch_of_a_hundred_fits_with_neighbours() -> None:
    actions = [costliest(number) for number in range(MAX_ORDERS)]
    before = [action(1_000 + number) for number in range(77)]
    world = rich(10).queued(*before, start=434)
    assert fits(world.sequence([world.ticket(number, each) for number, each in enumerate(actions)]))
