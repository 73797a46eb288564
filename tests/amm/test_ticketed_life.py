"""Whole lives of ticketed pools, built as users build them, to the last satoshi and token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.ticketed_world import (
    DEADLINE,
    HEIGHT,
    PARAMETERS,
    PROVIDER,
    RESERVES,
    TOKENS,
    World,
    action,
    coin,
    default_action,
    funding_coin,
    user,
)

from bchcov import BuildError, Output, Token
from bchcov.amm.action import SELL, Action
from bchcov.amm.events import read_history
from bchcov.amm.formula import Reserves
from bchcov.amm.ticketed.batches import (
    BURNT,
    execute,
    execute_all,
    expire,
    sequence,
    sequence_all,
)
from bchcov.amm.ticketed.pool import (
    Order,
    Pool,
    Ticket,
    read_order,
    read_state,
    read_ticket,
)
from bchcov.amm.ticketed.provider import (
    change_reserves,
    check_genesis,
    exit_pool,
    genesis,
    set_closed,
)
from bchcov.amm.ticketed.scripts import Scripts
from bchcov.amm.ticketed.step import Step
from bchcov.amm.ticketed.users import make_order, make_ticket, refund
from bchcov.script.patterns import p2pkh
from bchcov.wallet.balance import Spend
from bchcov.wallet.coins import Coin
from bchcov.wallet.funding import Funding
from bchcov.wallet.unlockers import P2pkhUnlocker

BUILDER = user(99)


def funding(number: int, value: int = 100_000_000, token: Token | None = None) -> Funding:
    key = user(number)
    return Funding(key.locking_bytecode, (funding_coin(f"of {number} {value}", key, value, token),))


def tips() -> Funding:
    return Funding(BUILDER.locking_bytecode)


def own() -> Funding:
    token = Token(TOKENS, 1_000_000)
    fund = funding_coin("the provider's", PROVIDER, 20_000_000_000, token)
    return Funding(PROVIDER.locking_bytecode, (fund,))


def new_pool() -> Step:
    first = Spend(
        Coin(PARAMETERS.pool_category, 0, Output(20_000_000_000, PROVIDER.locking_bytecode)),
        P2pkhUnlocker(PROVIDER),
    )
    tokens = funding_coin("tokens", PROVIDER, 2_000, Token(TOKENS, RESERVES.tokens))
    return genesis(PARAMETERS, RESERVES, first, Funding(PROVIDER.locking_bytecode, (tokens,)))


def tickets(pool: Pool, actions: list[Action], deadline: int = DEADLINE) -> list[Ticket]:
    return [
        make_ticket(pool.scripts, each, deadline, funding(at)).ticket
        for at, each in enumerate(actions)
    ]


def orders(pool: Pool, actions: list[Action], count: int | None = None) -> list[Order]:
    by_hash = {each.hash: (at, each) for at, each in enumerate(actions)}
    made = []
    for entry in pool.entries[:count]:
        at, each = by_hash[entry.action_hash]
        token = Token(TOKENS, each.amount_in) if each.direction == SELL else None
        fund = funding(at, 200_000_000, token)
        made.append(make_order(pool.scripts, each, entry, fund).order)
    return made


def test_a_whole_life_to_the_last_satoshi() -> None:
    actions = [default_action(at) for at in range(8)]
    actions[3] = replace(actions[3], min_out=10**12)
    start = new_pool()
    queued = sequence(start.pool, tickets(start.pool, actions), HEIGHT, tips())
    assert queued.event.kind == "sequence"
    assert [entry.index for entry in queued.event.entries] == list(range(8))
    assert queued.pool.coin.value == RESERVES.bch + 8 * PARAMETERS.bond

    seven = execute(queued.pool, orders(queued.pool, actions, 7), tips())
    filled = [each.fill.is_filled for each in seven.event.executions]
    assert filled.count(False) == (actions[3].hash != queued.pool.entries[7].action_hash)
    reserves = seven.pool.state.reserves
    assert reserves.product >= RESERVES.product
    assert seven.pool.coin.value == reserves.bch + PARAMETERS.bond
    assert seven.pool.vault.token == Token(TOKENS, reserves.tokens)
    for each in seven.event.executions:
        assert each.action is not None
        came = PARAMETERS.forfeit if each.fill.is_filled else 0
        if each.action.direction == SELL:
            assert each.payout.value == PARAMETERS.order_value + came + each.fill.amount_out
        else:
            assert each.payout.value == came + each.action.amount_in - each.fill.amount_in
    unfilled = filled.count(False)
    outputs = seven.built.transaction.outputs
    burnt = [each.value for each in outputs if each.locking_bytecode == BURNT]
    assert burnt == [PARAMETERS.forfeit] * unfilled

    with pytest.raises(
        BuildError, match="height 109 is too early to expire the order: expected at least 110"
    ):
        expire(seven.pool, 109, tips())
    last = expire(seven.pool, 110, tips())
    assert last.event.kind == "expire"
    assert last.pool.coin.value == reserves.bch
    assert last.built.transaction.inputs[0].sequence == PARAMETERS.grace
    burnt_bond = PARAMETERS.bond - PARAMETERS.expiry_tip
    assert last.built.transaction.outputs[1] == Output(burnt_bond, BURNT)
    closed = set_closed(last.pool, PROVIDER, own())
    assert closed.pool.state.closed
    opened = set_closed(closed.pool, PROVIDER, own(), closed=False)
    more = Reserves(RESERVES.bch * 2, RESERVES.tokens + 500_000)
    with pytest.raises(BuildError, match="the pool is open: close it, and wait for 12 blocks"):
        change_reserves(opened.pool, more, PROVIDER, own())
    grown = change_reserves(closed.pool, more, PROVIDER, own())
    assert grown.built.transaction.inputs[1].sequence == PARAMETERS.notice
    assert grown.pool.state.reserves == more
    end = exit_pool(grown.pool, PROVIDER, Funding(PROVIDER.locking_bytecode))
    assert end.after is None
    assert end.event.kind == "exit"
    assert end.built.transaction.outputs[0].token == Token(TOKENS, more.tokens)
    assert end.built.transaction.outputs[1].value == more.bch - end.built.fee
    with pytest.raises(BuildError, match="the pool has ended"):
        _ = end.pool


def test_the_history_is_read_back_from_the_transactions() -> None:
    actions = [default_action(at) for at in range(4)]
    start = new_pool()
    queued = sequence(start.pool, tickets(start.pool, actions), HEIGHT, tips())
    done = execute(queued.pool, orders(queued.pool, actions), tips())
    pool = check_genesis(start.built.transaction, PARAMETERS)
    for step in (queued, done):
        after, event = pool.follow(step.built.transaction, step.built.source_outputs)
        assert (after, event) == (step.after, step.event)
        assert after is not None
        pool = after
    assert pool.state == done.pool.state
    assert read_state(pool.scripts, done.pool.coin) == pool.state
    steps = [(each.built.transaction, each.built.source_outputs) for each in (queued, done)]
    assert read_history(start.pool, steps) == (done.pool, (queued.event, done.event))
    end = exit_pool(done.pool, PROVIDER, Funding(PROVIDER.locking_bytecode)).built
    more = [*steps, (end.transaction, end.source_outputs)]
    assert read_history(start.pool, more)[0] is None
    with pytest.raises(BuildError, match="follows the end of the pool"):
        read_history(start.pool, [*more, more[0]])
    for coin_of, message in (
        (done.built.coin(2), "is not this pool"),
        (replace(pool.coin, output=replace(pool.coin.output, token=None)), "is not this pool"),
    ):
        with pytest.raises(BuildError, match=message):
            read_state(pool.scripts, coin_of)
    with pytest.raises(BuildError, match="does not spend this pool"):
        pool.follow(queued.built.transaction, queued.built.source_outputs)


def test_the_drafts_of_these_tests_are_what_the_builder_builds() -> None:
    world = World()
    made = [world.ticket(at, default_action(at)) for at in range(2)]
    read = [read_ticket(world.scripts, each) for each in made]
    built = sequence(world.pool, read, HEIGHT, Funding(user(99).locking_bytecode, (), 0))
    transaction, _ = world.sequence(made).finish()
    assert built.built.transaction.inputs == transaction.inputs
    assert built.built.transaction.outputs[0] == transaction.outputs[0]


def test_many_tickets_and_orders_are_split_at_the_limits() -> None:
    actions = [action(at) for at in range(130)]
    pool = World().pool
    steps = sequence_all(pool, tickets(pool, actions), HEIGHT, tips())
    assert [len(step.event.entries) for step in steps] == [100, 30]
    queued = steps[-1].pool
    done = execute_all(queued, orders(queued, actions), tips())
    assert [len(step.event.executions) for step in done] == [100, 30]
    assert done[-1].pool.state.pending == 0


def test_a_batch_ends_at_the_ring_s_end() -> None:
    small = replace(PARAMETERS, depth=2)
    world = World(parameters=small).queued(default_action(9), start=2)
    pool = world.pool
    actions = [default_action(at) for at in range(3)]
    with pytest.raises(
        BuildError, match="3 orders are too many for one batch: expected at most 1, up to the end"
    ):
        sequence(pool, tickets(pool, actions), HEIGHT, funding(98))
    steps = sequence_all(pool, tickets(pool, actions), HEIGHT, funding(98))
    assert [len(step.event.entries) for step in steps] == [1, 2]
    pool = steps[-1].pool
    assert len(pool.queue) == pool.queue.capacity - 0
    full = sequence_all(pool, tickets(pool, [default_action(20)]), HEIGHT, funding(98))
    assert (len(full), [each.reason for each in full.skipped]) == (0, ["the queue is full"])
    everything = [default_action(9), *actions]
    done = execute_all(pool, orders(pool, everything), tips())
    assert [len(step.event.executions) for step in done] == [2, 2]


@pytest.mark.parametrize("kind", ["ticket", "order"])
def test_a_refund_gives_everything_back(kind: str) -> None:
    world = World()
    each = action(1, SELL, 1_000)
    held = world.ticket(1, each) if kind == "ticket" else world.order(1, each)
    if kind == "order":
        held = replace(held, output=replace(held.output, value=5_000))
    read: Callable[[Scripts, Coin], Ticket | Order]
    read = read_ticket if kind == "ticket" else read_order
    built = refund(
        world.scripts, read(world.scripts, held), user(1), Funding(user(1).locking_bytecode)
    )
    delays = {"ticket": PARAMETERS.refund_delay, "order": PARAMETERS.order_refund_delay}
    assert built.transaction.inputs[0].sequence == delays[kind]
    assert sum(output.value for output in built.transaction.outputs) == held.value - built.fee
    assert built.transaction.outputs[0].token == held.token
    with pytest.raises(BuildError, match="not that of the owner of the coin"):
        refund(world.scripts, read(world.scripts, held), user(2), Funding(user(1).locking_bytecode))
    other = coin("other", Output(1_000, p2pkh(bytes(20))))
    with pytest.raises(BuildError, match=rf"is not an? {kind} of this pool"):
        read(world.scripts, other)


def test_requests_that_cannot_be_met_say_why() -> None:
    world = World()
    pool = world.pool
    queued = world.queued(default_action(0), default_action(1)).pool
    ticket = read_ticket(world.scripts, world.ticket(0, default_action(0)))
    poor = replace(ticket, coin=world.ticket(0, default_action(0), value=9))
    wrong = read_order(world.scripts, world.order(1, default_action(1)))
    closed = replace(pool, state=replace(pool.state, closed=True))
    cases: list[tuple[Callable[[], object], str]] = [
        (lambda: sequence(closed, [ticket], HEIGHT, tips()), "the pool is closed"),
        (lambda: sequence(pool, [], HEIGHT, tips()), "no tickets"),
        (
            lambda: sequence(pool, [ticket], 5 * 10**8, tips()),
            "block height 500000000 is out of range: expected 0 to 499999999",
        ),
        (lambda: sequence(pool, [ticket], 97, tips()), "is out of range: expected at most 109"),
        (lambda: read_ticket(world.scripts, pool.coin), "is not a ticket of this pool"),
        (
            lambda: sequence(pool, [poor], HEIGHT, tips()),
            "holds 9 satoshis: expected at least the bond of 10000",
        ),
        (
            lambda: execute(pool, [], tips()),
            "0 orders to execute: expected at least 1 and at most the 0 queued",
        ),
        (lambda: read_order(world.scripts, ticket.coin), "is not an order of this pool"),
        (
            lambda: execute(queued, [wrong], tips()),
            "is not the one at index 0 of the queue",
        ),
        (lambda: expire(pool, HEIGHT, tips()), "nothing to expire"),
        (lambda: exit_pool(queued, PROVIDER, own()), "2 orders are queued"),
        (
            lambda: set_closed(
                replace(queued, state=replace(queued.state, closed=True)),
                PROVIDER,
                own(),
                closed=False,
            ),
            "2 orders are queued: the pool cannot reopen yet",
        ),
        (lambda: exit_pool(pool, user(3), own()), "is not the pool owner's"),
        (lambda: set_closed(pool, PROVIDER, own(), closed=False), "is already open"),
        (
            lambda: change_reserves(queued, RESERVES, PROVIDER, own()),
            "the reserves cannot change yet",
        ),
        (
            lambda: change_reserves(closed, Reserves(999, 1), PROVIDER, own()),
            "reserve of 999 satoshis is out of range: expected 1000 to",
        ),
        (
            lambda: make_order(pool.scripts, default_action(1), queued.entries[0], tips()),
            "index 0 is for another action",
        ),
        (
            lambda: make_ticket(pool.scripts, default_action(1), -1, tips()),
            "block height -1 is out of range: expected 0 to 499999999",
        ),
        (
            lambda: make_ticket(pool.scripts, default_action(1), 9, tips(), tip=-1),
            "tip -1 is out of range",
        ),
        (lambda: make_ticket(pool.scripts, default_action(1), 9, tips()), "insufficient funds"),
    ]
    for call, message in cases:
        with pytest.raises(BuildError, match=message):
            call()
