"""Coins that strangers make to stop builders are skipped, with the reason, and the rest goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.ticketed_world import (
    DEADLINE,
    HEIGHT,
    OTHER,
    PARAMETERS,
    TOKENS,
    World,
    action,
    coin,
    default_action,
    funding_coin,
    user,
)

from bchcov import BuildError, Nft, Output, Token
from bchcov.amm.action import BUY, SELL
from bchcov.amm.ticketed import (
    execute_all,
    read_coins,
    read_order,
    read_ticket,
    sequence_all,
)
from bchcov.wallet.coins import Coin
from bchcov.wallet.funding import Funding

TIPS = Funding(user(99).locking_bytecode, (funding_coin("tips", user(99), 1_000_000),))
GOOD = [default_action(at) for at in range(3)]


def poison_tickets(world: World) -> dict[str, Coin]:
    def ticket(number: int, **changes: int) -> Coin:
        return world.ticket(number, default_action(number), **changes)

    rich = ticket(44)
    return {
        "is out of range: expected at most 112": ticket(40, deadline=DEADLINE + 50),
        "deadline is negative: -2147483647": ticket(41, deadline=0x8000_0001),
        "deadline is negative: -1": ticket(42, deadline=0xFFFF_FFFF),
        "holds 9999 satoshis: expected at least 10000": ticket(43, value=9_999),
        "it holds tokens": replace(
            rich, output=replace(rich.output, token=Token(OTHER, 0, Nft(b"bait")))
        ),
        "one of both is a copy": replace(ticket(45), output=world.ticket(0, GOOD[0]).output),
        "it is unconfirmed": ticket(46),
    }


def test_poisoned_tickets_are_skipped_with_the_reason() -> None:
    world = World()
    poison = poison_tickets(world)
    held = [*(world.ticket(at, each) for at, each in enumerate(GOOD)), *poison.values()]
    fresh = poison["it is unconfirmed"]
    tickets, orders, unread = read_coins(world.scripts, held)
    assert (len(tickets), orders, unread) == (10, [], [])
    made = sequence_all(
        world.pool, tickets, HEIGHT, TIPS, confirmations=lambda each: int(each != fresh)
    )
    (step,) = made
    assert {each.action_hash for each in step.event.entries} == {each.hash for each in GOOD}
    reasons = {each.coin: each.reason for each in made.skipped}
    assert set(reasons) == set(poison.values())
    for reason, each in poison.items():
        assert reason in reasons[each]


def test_poisoned_orders_are_skipped_with_the_reason() -> None:
    world = World().queued(*GOOD)
    good = [world.order(at, each) for at, each in enumerate(GOOD)]
    empty = replace(good[0], output=replace(good[0].output, value=0), outpoint_index=1)
    foreign = replace(
        good[1], output=replace(good[1].output, token=Token(OTHER, 5)), outpoint_index=1
    )
    stranger = coin("a stranger's", Output(5_000, b"\x51"))
    tickets, orders, unread = read_coins(world.scripts, [empty, foreign, stranger, *good])
    assert tickets == []
    assert [each.coin for each in unread] == [empty, foreign, stranger]
    assert "amount 0" in unread[0].reason
    assert "tokens that the pool does not trade" in unread[1].reason
    assert "not an order" in unread[2].reason
    other_deadline = world.order(7, GOOD[0], deadline=DEADLINE + 1)
    copy = replace(good[2], outpoint_index=3)
    more = [read_order(world.scripts, each) for each in (other_deadline, copy)]
    made = execute_all(world.pool, [*more[:1], *reversed(orders), *more[1:]], TIPS)
    (step,) = made
    assert [each.action for each in step.event.executions] == GOOD
    assert [each.coin for each in made.skipped] == [other_deadline, copy]
    assert "no order is queued with its action and deadline" in made.skipped[0].reason
    assert "another one has its place" in made.skipped[1].reason


def test_orders_behind_a_silent_one_wait() -> None:
    world = World().queued(*GOOD)
    behind = [read_order(world.scripts, world.order(at, GOOD[at])) for at in (2, 0)]
    made = execute_all(world.pool, behind, TIPS)
    assert [len(step.event.executions) for step in made] == [1]
    assert "an order before it is not revealed" in made.skipped[0].reason


def test_a_batch_that_nobody_pays_for_is_skipped_and_what_is_built_is_kept() -> None:
    small = World(parameters=replace(PARAMETERS, depth=2)).queued(start=2)
    tickets = [
        read_ticket(small.scripts, small.ticket(at, default_action(at), value=10_000))
        for at in range(3)
    ]
    made = sequence_all(small.pool, tickets, HEIGHT, TIPS)
    assert [len(step.event.entries) for step in made] == [2]
    assert "insufficient funds" in made.skipped[0].reason


def test_an_order_that_is_nearly_dust_is_executed_and_its_payout_relayed() -> None:
    tiny = action(0, BUY, 200)
    sale = action(1, SELL, 1)
    world = World(parameters=replace(PARAMETERS, min_trade=10_000)).queued(tiny, sale)
    orders = [
        read_order(world.scripts, world.order(at, each)) for at, each in enumerate((tiny, sale))
    ]
    (step,) = execute_all(world.pool, orders, TIPS)
    assert [each.fill.is_filled for each in step.event.executions] == [False, False]
    assert step.event.executions[0].payout.value >= 546
    assert step.event.executions[1].payout.token == Token(TOKENS, 1)


def test_what_is_wrong_with_the_request_itself_is_still_said() -> None:
    closed = World().closed()
    ticket = read_ticket(closed.scripts, closed.ticket(0, GOOD[0]))
    with pytest.raises(BuildError, match="the pool is closed"):
        sequence_all(closed.pool, [ticket], HEIGHT, TIPS)
    with pytest.raises(BuildError, match="block height -1 is out of range"):
        sequence_all(World().pool, [ticket], -1, TIPS)
