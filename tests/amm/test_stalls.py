"""What it costs to stall a ticketed pool, and how long an honest order waits at most."""

from __future__ import annotations

import pytest

from bchcov import Funding, Output, P2pkhUnlocker, PrivateKey, Spend, Token
from bchcov.amm import ticketed as amm
from bchcov.chain import Chain
from bchcov.crypto.hashes import sha256
from bchcov.transaction.constants import COIN

TOKENS = sha256(b"tokens")
PROVIDER, USER, STALLER = (PrivateKey(sha256(name)) for name in (b"provider", b"user", b"staller"))


class Stall:
    """A pool of 100 BCH by default, on a chain of its own."""

    def __init__(self) -> None:
        self.chain = Chain(height=1_000)
        first = self.spend(PROVIDER, 101 * COIN)
        stock = self.spend(PROVIDER, 2_000, Token(TOKENS, 5_000_000))
        self.parameters = amm.Parameters.for_reserve(
            100 * COIN,
            pool_category=first.coin.outpoint_hash,
            token_category=TOKENS,
            owner=PROVIDER.public_key_hash,
        )
        own = Funding(PROVIDER.locking_bytecode, [stock])
        reserves = amm.Reserves(100 * COIN, 5_000_000)
        self.pool = self.take(amm.genesis(self.parameters, reserves, first, own))
        self.number = 0
        # Each call of `fund` makes a block: what is needed later is made before.
        self.purse = {
            key.secret: self.chain.fund(*[Output(COIN, key.locking_bytecode)] * 60)
            for key in (USER, STALLER)
        }

    def spend(self, key: PrivateKey, value: int, token: Token | None = None) -> Spend:
        (coin,) = self.chain.fund(Output(value, key.locking_bytecode, token))
        return Spend(coin, P2pkhUnlocker(key))

    def money(self, key: PrivateKey) -> Funding:
        coin = self.purse[key.secret].pop()
        return Funding(key.locking_bytecode, [Spend(coin, P2pkhUnlocker(key))])

    def take(self, step: amm.Step) -> amm.Pool:
        self.chain.submit(step.built.transaction).require()
        return step.pool

    def ticket(self, key: PrivateKey, *, minimum: int = 0) -> tuple[amm.Ticket, amm.Action]:
        self.number += 1
        salt = sha256(b"%d" % self.number)[:16]
        action = amm.Action(amm.BUY, 20_000_000, minimum, key.public_key_hash, salt)
        deadline = self.chain.height + self.parameters.max_wait
        made = amm.make_ticket(self.pool.scripts, action, deadline, self.money(key))
        self.chain.submit(made.built.transaction).require()
        return made.ticket, action

    def sequence(self, *tickets: amm.Ticket) -> None:
        money = self.money(STALLER)
        self.pool = self.take(amm.sequence(self.pool, tickets, self.chain.height, money))

    def try_to_expire(self) -> bool:
        entry, pool = self.pool.entries[0], self.pool
        aged = self.chain.confirmations(pool.coin) >= self.parameters.grace
        if self.chain.height < entry.deadline or not aged:
            return False
        none = Funding(USER.locking_bytecode)
        self.pool = self.take(amm.expire(pool, self.chain.height, none))
        return True


@pytest.mark.parametrize("renews", [False, True])
def test_behind_silent_orders_in_all_other_places_one_waits_at_most_24_blocks(
    *, renews: bool
) -> None:
    """Each time a place is free, the staller may queue another just before the turn is over."""
    stall = Stall()
    parameters = stall.parameters
    assert parameters.longest_wait == 23
    silent = [stall.ticket(STALLER)[0] for _ in range((1 << parameters.depth) - 1)]
    stall.sequence(*silent)
    ticket, action = stall.ticket(USER)
    stall.sequence(ticket)
    stall.chain.mine()
    start, free = stall.chain.height, 0
    while stall.pool.entries[0].action_hash != action.hash:
        if stall.try_to_expire():
            free += 1
        age = stall.chain.confirmations(stall.pool.coin)
        if renews and free and age == parameters.grace - 1:
            stall.sequence(stall.ticket(STALLER)[0])
            free -= 1
        stall.chain.mine()
        assert stall.chain.height - start < 100
    entry = stall.pool.entries[0]
    order = amm.make_order(stall.pool.scripts, action, entry, stall.money(USER))
    stall.chain.submit(order.built.transaction).require()
    stall.pool = stall.take(amm.execute(stall.pool, [order.order], stall.money(USER)))
    stall.chain.mine()
    assert stall.chain.height - start <= parameters.longest_wait


@pytest.mark.parametrize("reserve", [100, 10_000, 1_000_000])
def test_a_day_of_stall_costs_a_ten_thousandth_of_the_reserve(reserve: int) -> None:
    parameters = amm.Parameters.for_reserve(
        reserve * COIN, pool_category=bytes(32), token_category=TOKENS, owner=bytes(20)
    )
    orders = 144 / parameters.longest_turn
    silent = parameters.bond - parameters.expiry_tip
    smallest_fee = parameters.min_trade * 3 // 1_000
    for cost in (silent, parameters.forfeit, smallest_fee):
        assert orders * cost >= reserve * COIN / 10_000


def test_an_order_that_is_revealed_late_and_worthless_forfeits_its_bond() -> None:
    stall = Stall()
    ticket, action = stall.ticket(STALLER, minimum=2**60)
    stall.sequence(ticket)
    stall.chain.advance(stall.parameters.max_wait - 1)
    entry = stall.pool.entries[0]
    order = amm.make_order(stall.pool.scripts, action, entry, stall.money(STALLER))
    stall.chain.submit(order.built.transaction).require()
    step = amm.execute(stall.pool, [order.order], stall.money(STALLER))
    stall.take(step)
    burnt = [each for each in step.built.transaction.outputs if each.locking_bytecode == b"\x6a"]
    assert [each.value for each in burnt] == [stall.parameters.forfeit]
    assert step.pool.state.reserves == stall.pool.state.reserves
