"""Whole lives of pools of the epochs profile on a chain, to the last satoshi and token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from support.epochs_world import World, default_action
from support.ticketed_world import HEIGHT, PROVIDER, TOKENS, action, user

from bchcov import BCH_2026, BuildError, BuildRefused, BuiltTransaction, Nft, Output, Token
from bchcov.amm import epochs
from bchcov.amm.action import SELL, Action
from bchcov.amm.epochs.scripts import leaf_of
from bchcov.amm.epochs.state import NO_EPOCH
from bchcov.amm.epochs.users import commit, order_output
from bchcov.chain import Chain
from bchcov.transaction.constants import COIN
from bchcov.wallet.balance import Spend
from bchcov.wallet.coins import Coin
from bchcov.wallet.funding import Funding
from bchcov.wallet.keys import PrivateKey
from bchcov.wallet.unlockers import P2pkhUnlocker, RawUnlocker, ScriptUnlocker

RESERVES = epochs.Reserves(10_000_000_000, 10_000_000_000_000)
BUILDER = user(99)
USERS = 40
_FEE = Output(100_000, BUILDER.locking_bytecode)
TIPS = Funding(
    BUILDER.locking_bytecode, [Spend(Coin(b"\x09" * 32, 0, _FEE), P2pkhUnlocker(BUILDER))]
)
"""Coins that are on no chain."""


class Life:
    """A pool on a chain, whose every transaction is admitted by the chain."""

    def __init__(self, **parameters: int) -> None:
        self.chain = Chain(BCH_2026, height=HEIGHT)
        first = self.coin(PROVIDER, RESERVES.bch + 10_000_000)
        stock = self.coin(PROVIDER, 2_000, RESERVES.tokens)
        # All at once: each funding is a block of its own.
        keys = [user(at) for at in range(USERS) for _ in range(3)] + [BUILDER, PROVIDER] * 20
        plain = [Output(2_000_000_000, key.locking_bytecode) for key in keys]
        token = Token(TOKENS, 10_000_000_000)
        rich = [Output(1_000, key.locking_bytecode, token) for key in keys[: 3 * USERS]]
        self.stock: dict[tuple[bytes, bool], list[Spend]] = {}
        made = self.chain.fund(*plain, *rich)
        for key, found in zip([*keys, *keys[: 3 * USERS]], made, strict=True):
            mine = self.stock.setdefault((key.public_key, found.token is not None), [])
            mine.append(Spend(found, P2pkhUnlocker(key)))
        self.parameters = epochs.Parameters(
            pool_category=first.coin.outpoint_hash,
            token_category=TOKENS,
            owner=PROVIDER.public_key_hash,
            **{"bond": 10_000, "miss": 400, "min_trade": 10_000, **parameters},
        )
        start = epochs.genesis(
            self.parameters, RESERVES, first, Funding(PROVIDER.locking_bytecode, [stock])
        )
        self.pool = start.pool
        self.run(start.built)
        self.chain.advance(1)

    def coin(self, key: PrivateKey, value: int, tokens: int = 0) -> Spend:
        token = Token(TOKENS, tokens) if tokens else None
        (found,) = self.chain.fund(Output(value, key.locking_bytecode, token))
        return Spend(found, P2pkhUnlocker(key))

    def funds(self, key: PrivateKey, *, tokens: bool = False) -> Funding:
        kinds = (False, True) if tokens else (False,)
        coins = [self.stock[key.public_key, kind].pop() for kind in kinds]
        return Funding(key.locking_bytecode, coins)

    def run(self, built: BuiltTransaction) -> None:
        self.chain.submit(built.transaction).require()

    def step(self, step: epochs.Step) -> epochs.Step:
        self.run(step.built)
        if step.after is not None:
            followed, event = self.pool.follow(step.built.transaction, step.built.source_outputs)
            assert (followed, event) == (step.after, step.event)
            self.pool = step.after
        return step

    def append(self, actions: Sequence[Action]) -> epochs.Step:
        tickets = []
        for each in actions:
            made = epochs.make_ticket(self.pool.scripts, each, self.funds(owner_of(each)))
            self.run(made.built)
            tickets.append(made.ticket)
        return self.step(epochs.sequence(self.pool, tickets, self.funds(BUILDER)))

    def turn(self) -> epochs.Step:
        return self.step(epochs.turn(self.pool, self.funds(BUILDER)))

    def reveal(self, each: Action) -> epochs.Order:
        scripts, leaf = self.pool.scripts, commit(self.pool.scripts, each)
        slot = next(slot for slot in self.pool.current if slot.leaf == leaf)
        funds = self.funds(owner_of(each), tokens=each.direction == SELL)
        made = epochs.make_order(scripts, each, slot, funds)
        self.run(made.built)
        return made.order

    def settle(self, orders: Sequence[epochs.Order]) -> epochs.Step:
        return self.step(epochs.execute(self.pool, orders, self.funds(BUILDER)))


def owner_of(each: Action) -> PrivateKey:
    return next(user(at) for at in range(USERS) if user(at).public_key_hash == each.owner)


def test_a_whole_life_to_the_last_satoshi() -> None:
    life = Life()
    actions = [default_action(at) for at in range(6)]
    actions[2] = replace(actions[2], min_out=10**12)
    life.append(actions[:4])
    life.append(actions[4:])
    assert life.pool.state.count == 6
    life.chain.advance(3)
    life.turn()
    assert life.pool.state.count == 0
    assert len(life.pool.current) == 6
    silent = actions[5]
    orders = [life.reveal(each) for each in actions if each is not silent]
    life.chain.advance(3)
    before = life.pool.state.reserves
    with pytest.raises(BuildError, match="has no place"):
        epochs.execute(life.pool, [*orders, orders[0]], Funding(BUILDER.locking_bytecode))
    step = life.settle(orders)
    after = life.pool.state.reserves
    assert [each.action for each in step.event.executions] == actions[:5]
    assert [entry.action_hash for entry in step.event.entries] == [
        commit(life.pool.scripts, silent)
    ]
    moved = [0, 0]
    parameters = life.parameters
    for each in step.event.executions:
        assert each.action is not None
        fill, is_buy = each.fill, each.action.direction == epochs.BUY
        miss = 0 if fill.is_filled else parameters.miss
        assert fill.is_filled == (each.action.min_out != 10**12)
        kept = parameters.bond - parameters.tip - miss
        if is_buy:
            assert each.payout.value == kept + each.action.amount_in - fill.amount_in
            moved[0] += fill.amount_in
            moved[1] -= fill.amount_out
        else:
            assert each.payout.value == kept + fill.amount_out
            moved[0] -= fill.amount_out
            moved[1] += fill.amount_in
    assert (after.bch - before.bch, after.tokens - before.tokens) == tuple(moved)
    burned = step.built.transaction.outputs[2 + len(orders)]
    assert burned.value == parameters.bond - parameters.tip + parameters.miss
    assert life.pool.coin.value == after.bch
    assert life.pool.state.is_idle
    closed = life.step(epochs.set_closed(life.pool, PROVIDER, life.funds(PROVIDER)))
    assert closed.pool.state.closed
    life.step(epochs.set_closed(life.pool, PROVIDER, life.funds(PROVIDER), closed=False))
    more = epochs.Reserves(after.bch + 1_000_000, after.tokens + 500)
    life.step(
        epochs.change_reserves(
            life.pool,
            more,
            PROVIDER,
            Funding(PROVIDER.locking_bytecode, [life.coin(PROVIDER, 10**7, 1_000)]),
        )
    )
    end = epochs.exit_pool(life.pool, PROVIDER, Funding(PROVIDER.locking_bytecode))
    life.run(end.built)
    assert end.after is None
    assert end.built.transaction.outputs[0].token == Token(TOKENS, more.tokens)
    assert end.built.transaction.outputs[1].value == more.bch - end.built.fee


def test_the_history_is_read_back_from_the_transactions() -> None:
    life = Life()
    start, steps = life.pool, []
    actions = [default_action(at) for at in range(3)]
    steps.append(life.append(actions))
    life.chain.advance(3)
    steps.append(life.turn())
    orders = [life.reveal(each) for each in actions[:2]]
    life.chain.advance(3)
    steps.append(life.settle(orders))
    found = [(each.built.transaction, each.built.source_outputs) for each in steps]
    after, events = epochs.read_history(start, found)
    assert after == life.pool
    assert [event.kind for event in events] == ["sequence", "turn", "execute"]
    with pytest.raises(BuildError, match="does not spend this pool"):
        start.follow(*found[1])
    scripts = life.pool.scripts
    assert epochs.read_state(scripts, life.pool.coin) == life.pool.state


def test_a_pool_that_is_not_what_its_transactions_made_is_not_followed() -> None:
    pool = World().waiting(default_action(0)).pool
    step = epochs.turn(pool, TIPS)
    forged = replace(World().waiting(default_action(1)).pool, coin=pool.coin)
    with pytest.raises(BuildError, match="the state after the transaction is"):
        forged.follow(step.built.transaction, step.built.source_outputs)


@pytest.mark.parametrize("reserve", [1, 100, 10_000, 1_000_000])
def test_a_day_of_stall_costs_a_ten_thousandth_of_the_reserve(reserve: int) -> None:
    names = {"pool_category": bytes(32), "token_category": b"\x01" * 32, "owner": bytes(20)}
    fitting = epochs.Parameters.for_reserve(reserve * COIN, **names)
    default = epochs.Parameters(**names)  # type: ignore[arg-type]
    for parameters in (fitting, default) if reserve <= 10_000 else (fitting,):
        places = 144 // parameters.window * parameters.most
        smallest_fee = parameters.min_trade * 3 // 1_000
        for cost in (parameters.bond - parameters.tip, parameters.miss, smallest_fee):
            assert places * cost >= reserve * COIN / 10_000


def test_any_number_of_silent_places_delays_an_order_by_two_windows() -> None:
    """The worst moment to append is behind the turn of an epoch, in the same block."""
    life = Life()
    life.append([default_action(30 + at) for at in range(5)])
    life.chain.advance(2)
    life.turn()
    appended: dict[Action, int] = {}
    waited = []
    for number in range(4):
        life.append([default_action(10 + 3 * number + at) for at in range(3)])
        mine = default_action(number)
        life.append([mine])
        life.chain.advance(1)
        appended[mine] = life.chain.height
        revealed = [
            life.reveal(each)
            for each in appended
            if commit(life.pool.scripts, each) in {slot.leaf for slot in life.pool.current}
        ]
        life.chain.advance(life.parameters.window - 1)
        step = life.settle(revealed)
        for each in step.event.executions:
            assert each.action is not None
            waited.append(life.chain.height + 1 - appended.pop(each.action))
        assert len(step.event.entries) >= 3
    assert waited == [life.parameters.max_wait] * 3 == [6] * 3


def test_nothing_is_settled_before_the_window_is_over() -> None:
    life = Life()
    life.append([default_action(0)])
    early = epochs.turn(life.pool, life.funds(BUILDER))
    assert not life.chain.submit(early.built.transaction).ok
    life.chain.advance(2)
    life.turn()
    life.chain.advance(1)
    order = life.reveal(default_action(0))
    for left in (2, 1):
        early = epochs.execute(life.pool, [order], life.funds(BUILDER))
        submission = life.chain.submit(early.built.transaction)
        assert not submission.ok, left
        life.chain.advance(1)
    life.settle([order])


def test_an_epoch_that_nobody_settles_is_abandoned_and_its_orders_are_refunded() -> None:
    life = Life()
    actions = [default_action(at) for at in range(2)]
    life.append(actions)
    life.chain.advance(3)
    life.turn()
    order = life.reveal(actions[1])
    life.chain.advance(life.parameters.abandon - 1)
    given_up = epochs.turn(life.pool, life.funds(BUILDER))
    assert not life.chain.submit(given_up.built.transaction).ok
    life.chain.advance(1)
    step = life.turn()
    assert [entry.index for entry in step.event.entries] == [0, 1]
    assert life.pool.state.current == NO_EPOCH
    back = epochs.refund(life.pool.scripts, order, user(1), life.funds(user(1)))
    assert not life.chain.submit(back.transaction).ok
    life.chain.advance(life.parameters.order_delay)
    life.run(back)
    # The silent one, too, gets the bond back: by revealing late, to nobody's use.
    slot = step.event.entries[0]
    assert slot.action_hash == commit(life.pool.scripts, actions[0])


def test_a_closed_pool_settles_what_waits_and_ends() -> None:
    life = Life()
    life.append([default_action(0), default_action(1)])
    life.step(epochs.set_closed(life.pool, PROVIDER, life.funds(PROVIDER)))
    assert len(life.pool.next.batches) == 2
    with pytest.raises(BuildError, match="closed"):
        life.append([default_action(2)])
    with pytest.raises(BuildError, match="orders wait: the pool cannot be reopened yet"):
        epochs.set_closed(life.pool, PROVIDER, life.funds(PROVIDER), closed=False)
    life.chain.advance(3)
    life.turn()
    with pytest.raises(BuildError, match="orders wait: the pool cannot end yet"):
        epochs.exit_pool(life.pool, PROVIDER, life.funds(PROVIDER))
    orders = [life.reveal(default_action(at)) for at in range(2)]
    life.chain.advance(3)
    life.settle(orders)
    end = epochs.exit_pool(life.pool, PROVIDER, Funding(PROVIDER.locking_bytecode))
    life.run(end.built)


def test_tickets_can_be_refunded() -> None:
    life = Life()
    made = epochs.make_ticket(life.pool.scripts, default_action(0), life.funds(user(0)))
    life.run(made.built)
    life.chain.advance(life.parameters.refund_delay)
    life.run(
        epochs.refund(life.pool.scripts, made.ticket, user(0), Funding(user(0).locking_bytecode))
    )
    with pytest.raises(BuildError, match="owner of the coin"):
        epochs.refund(life.pool.scripts, made.ticket, user(1), life.funds(user(1)))


def test_a_copied_ticket_neither_stops_an_epoch_nor_takes_its_place() -> None:
    life = Life()
    mine = default_action(0)
    victim = epochs.make_ticket(life.pool.scripts, mine, life.funds(user(0)))
    life.run(victim.built)
    copied = Output(10_500, victim.ticket.coin.locking_bytecode)
    (coin,) = life.chain.fund(copied)
    copy = epochs.read_ticket(life.pool.scripts, coin)
    # The copy stands before the original, which is revealed; the copy stays silent.
    life.step(epochs.sequence(life.pool, [copy, victim.ticket], life.funds(BUILDER)))
    life.chain.advance(3)
    life.turn()
    slot = list(life.pool.current)[1]
    made = epochs.make_order(life.pool.scripts, mine, slot, life.funds(user(0)))
    life.run(made.built)
    life.chain.advance(3)
    step = life.settle([made.order])
    (done,) = step.event.executions
    assert done.entry.index == 1
    assert done.action == mine


@pytest.mark.parametrize("what", ["zero leaf", "buy of nothing", "other tokens", "largest minimum"])
def test_poison_does_not_stop_an_epoch(what: str) -> None:
    life = Life()
    scripts, honest = life.pool.scripts, default_action(0)
    poison = epochs.make_ticket(scripts, default_action(3), life.funds(user(3))).ticket
    output = Output(life.parameters.bond, scripts.order(bytes(8) + bytes(20) + bytes(16)))
    if what == "other tokens":
        output = replace(output, value=60_000, token=Token(b"\x05" * 32, 7))
    if what == "largest minimum":
        terms = b"\xff" * 8 + bytes(36)
        output = Output(60_000, scripts.order(terms))
    leaf = bytes(32)
    if what != "zero leaf":
        leaf = leaf_of(output, output.locking_bytecode[1:45])
    (coin,) = life.chain.fund(Output(10_500, scripts.ticket(poison.owner, leaf)))
    victim = epochs.make_ticket(scripts, honest, life.funds(user(0)))
    life.run(victim.built)
    both = [epochs.read_ticket(scripts, coin), victim.ticket]
    life.step(epochs.sequence(life.pool, both, life.funds(BUILDER)))
    life.chain.advance(3)
    life.turn()
    orders = [life.reveal(honest)]
    if what != "zero leaf":
        funds = life.funds(user(3))
        if output.token is not None:
            (tokens,) = life.chain.fund(Output(1_000, user(3).locking_bytecode, output.token))
            more = Spend(tokens, P2pkhUnlocker(user(3)))
            funds = replace(funds, coins=(*funds.coins, more))
        slot = next(iter(life.pool.current))
        builder = funds.builder().spend(slot.coin, RawUnlocker()).pay(output)
        built = builder.build()
        life.run(built)
        orders.append(epochs.read_order(scripts, built.coin(0), slot.coin.outpoint))
    life.chain.advance(3)
    step = life.settle(orders)
    assert [each.action for each in step.event.executions if each.fill.is_filled][-1:] == [honest]


def test_an_nft_in_the_vault_stops_nobody() -> None:
    """Scripts see the same category beside an immutable NFT, so anybody can put one there."""
    life = Life()
    (precious,) = life.chain.fund(
        Output(1_000, BUILDER.locking_bytecode, Token(TOKENS, 0, Nft(b"precious")))
    )
    life.append([default_action(0)])
    life.chain.advance(3)
    funds = life.funds(BUILDER)
    pool, more = life.pool, Spend(precious, P2pkhUnlocker(BUILDER))
    honest = epochs.turn(pool, funds).built.transaction
    outputs = list(honest.outputs)
    assert outputs[1].token is not None
    outputs[1] = replace(outputs[1], token=replace(outputs[1].token, nft=Nft(b"precious")))
    unlocker = ScriptUnlocker((pool.scripts.turn.code,), pool.scripts.vault.code)
    builder = (
        funds.builder()
        .spend(pool.coin, ScriptUnlocker((), pool.scripts.pool.code))
        .spend(pool.vault, unlocker, sequence=3)
        .spend(precious, more.unlocker)
        .pay(*outputs[:2])
    )
    built = builder.build()
    life.run(built)
    after, _ = pool.follow(built.transaction, built.source_outputs)
    assert after is not None
    life.pool = after
    order = life.reveal(default_action(0))
    life.chain.advance(3)
    life.settle([order])
    assert life.pool.vault.token is not None
    assert life.pool.vault.token.nft is None


def test_builders_leave_out_what_is_bad_and_go_on() -> None:
    life = Life()
    scripts, honest = life.pool.scripts, default_action(0)
    good = epochs.make_ticket(scripts, honest, life.funds(user(0)))
    life.run(good.built)
    locking = scripts.ticket(bytes(20), bytes(32))
    poor, empty = life.chain.fund(Output(9_999, locking), Output(546, locking))
    bad = [epochs.read_ticket(scripts, each) for each in (poor, empty)]
    (step,) = epochs.sequence_all(life.pool, [*bad, good.ticket], life.funds(BUILDER))
    assert [entry.action_hash for entry in step.event.entries] == [good.ticket.leaf]
    life.step(step)
    life.chain.advance(3)
    life.turn()
    order = life.reveal(honest)
    elsewhere = order_output(scripts, default_action(1))
    others = life.chain.fund(
        order.coin.output,
        elsewhere,
        replace(elsewhere, value=600),
        Output(1_000, BUILDER.locking_bytecode),
    )
    (found,) = life.pool.find_orders([order.coin, *others])
    assert found.coin == order.coin
    life.chain.advance(3)
    step = life.settle(life.pool.find_orders([*others, order.coin]))
    assert [each.action for each in step.event.executions] == [honest]


def test_a_full_epoch_takes_no_more_tickets() -> None:
    life = Life(most=3)
    tickets = [
        epochs.make_ticket(life.pool.scripts, default_action(at), life.funds(user(at))).ticket
        for at in range(5)
    ]
    (step,) = epochs.sequence_all(life.pool, tickets, life.funds(BUILDER))
    assert len(step.pool.next) == 3
    assert epochs.sequence_all(step.pool, tickets[3:], life.funds(BUILDER)) == []


def test_what_is_wrong_is_said() -> None:
    life = Life()
    pool, tips = life.pool, Funding(BUILDER.locking_bytecode)
    ticket = epochs.make_ticket(pool.scripts, default_action(0), life.funds(user(0))).ticket
    small = replace(ticket, coin=replace(ticket.coin, output=replace(ticket.coin.output, value=9)))
    (slot,) = World().waiting(action(1)).pool.next
    cases: list[tuple[Callable[[], object], str]] = [
        (lambda: epochs.sequence(pool, [], tips), "0 tickets to append"),
        (lambda: epochs.sequence(pool, [small], tips), "at least the bond of 10000"),
        (lambda: epochs.execute(pool, [], tips), "nothing to settle"),
        (lambda: epochs.make_order(pool.scripts, action(2), slot, tips), "for another action"),
        (lambda: epochs.read_ticket(pool.scripts, slot.coin), "is not a ticket of this pool"),
        (lambda: epochs.read_order(pool.scripts, ticket.coin), "is not an order of this pool"),
        (lambda: epochs.set_closed(pool, PROVIDER, tips, closed=False), "already open"),
        (lambda: epochs.exit_pool(pool, user(3), tips), "is not the pool owner's"),
        (
            lambda: epochs.change_reserves(pool, epochs.Reserves(1_000, 9), PROVIDER, tips),
            "expected 1001 to",
        ),
        (
            lambda: epochs.change_reserves(pool, epochs.Reserves(10**6, 1), PROVIDER, tips),
            "one never trades",
        ),
        (
            lambda: epochs.make_ticket(pool.scripts, action(1), tips, tip=-1),
            "tip -1 is out of range",
        ),
        (lambda: replace(life.parameters, order_delay=12), "order_delay 12 is out of range"),
        (lambda: replace(life.parameters, tip=9_000), "too low for payouts"),
    ]
    for call, message in cases:
        with pytest.raises(BuildError, match=message):
            call()


def test_a_refusal_names_the_check() -> None:
    world = World().revealing(default_action(0), default_action(1))
    order = world.orders([default_action(0), None])[0]
    forged = replace(world.pool, current=World().revealing(default_action(0)).pool.current)
    with pytest.raises(BuildRefused) as caught:
        epochs.execute(forged, [order], TIPS)
    assert (caught.value.contract, caught.value.check) == ("sequenced_amm/epochs/settle", "epoch")
