"""The pool of epochs, in random order of its operations, does what plain integers say."""

from __future__ import annotations

from copy import copy

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test
from support.plain_pools import PlainEpochsPool, PlainOrder
from test_pool_machines import (
    BUILDER,
    DIRECTIONS,
    PROVIDER,
    SATOSHIS_HELD,
    TOKENS,
    TOKENS_HELD,
    TRADER,
    PoolMachine,
)

from bchcov import Output, P2pkhUnlocker, Spend
from bchcov.amm import BUY, Action, Reserves, epochs
from bchcov.amm.action import Direction
from bchcov.amm.epochs.epoch import Slot
from bchcov.amm.epochs.settlement import Order
from bchcov.crypto.hashes import sha256
from bchcov.testing import CONTRACTS, SATOSHIS, numbers
from bchcov.wallet.funding import Funding

FAST = settings(max_examples=8, stateful_step_count=20, deadline=None)
MOST, TOO_MUCH = 6, 10**15
ORDERS = st.tuples(DIRECTIONS, numbers(1_000, 2_000_000), st.sampled_from([False, False, True]))


class EpochsMachine(PoolMachine):
    """The profile of epochs: tickets, slots, orders, settlements, and what the provider may do."""

    steps_on = 6

    def begin(self) -> None:
        self.fund_everybody()
        (coin,) = self.fund(Output(2 * SATOSHIS_HELD, PROVIDER.locking_bytecode))
        first = Spend(coin, P2pkhUnlocker(PROVIDER))
        self.parameters = epochs.Parameters(
            pool_category=coin.outpoint_hash,
            token_category=TOKENS,
            owner=PROVIDER.public_key_hash,
            bond=10_000,
            miss=400,
            min_trade=1,
            window=2,
            abandon=3,
            order_delay=7,
            most=MOST,
        )
        self.scripts = epochs.Scripts(self.parameters)
        others = [each for each in self.funding(PROVIDER).coins if each.coin != coin]
        funding = Funding(PROVIDER.locking_bytecode, others)
        reserves = Reserves(SATOSHIS_HELD, TOKENS_HELD)
        made = epochs.genesis(self.parameters, reserves, first, funding)
        self.submit(made.built)
        self.pool = made.pool
        self.unique = (self.parameters.pool_category,)
        self.number = 0
        self.actions: dict[bytes, Action] = {}
        self.revealed: dict[bytes, Order] = {}
        self.model = PlainEpochsPool(SATOSHIS_HELD, TOKENS_HELD, self.parameters.min_reserve)

    def owner_of(self, output: Output) -> str | None:
        scripts, locking = self.scripts, output.locking_bytecode
        if locking in (scripts.pool_bytecode, scripts.vault_bytecode):
            return CONTRACTS
        reads = (scripts.read_ticket, scripts.read_slot, scripts.read_order)
        return CONTRACTS if any(read(locking) for read in reads) else super().owner_of(output)

    def done(self, step: epochs.Step) -> None:
        self.submit(step.built)
        if step.after is not None:
            self.pool = step.after

    def age(self, blocks: int) -> None:
        """Wait until the vault is so many blocks old."""
        self.chain.advance(max(0, blocks - self.chain.confirmations(self.pool.vault)))

    def silent(self) -> list[Slot]:
        return [slot for slot in self.pool.current if slot.leaf not in self.revealed]

    def make_ticket(self, direction: Direction, amount: int, *, hopes: bool) -> epochs.Ticket:
        self.number += 1
        salt = sha256(b"%d" % self.number)[:16]
        action = Action(direction, amount, TOO_MUCH * hopes, TRADER.public_key_hash, salt)
        made = epochs.make_ticket(self.scripts, action, self.funding(TRADER))
        self.submit(made.built)
        self.actions = {**self.actions, made.ticket.leaf: action}
        return made.ticket

    @precondition(lambda self: not self.pool.state.closed and self.pool.state.count <= MOST - 3)
    @rule(wanted=st.lists(ORDERS, min_size=1, max_size=3))
    def append(self, wanted: list[tuple[Direction, int, bool]]) -> None:
        tickets = [self.make_ticket(way, amount, hopes=hopes) for way, amount, hopes in wanted]
        self.done(epochs.sequence(self.pool, tickets, self.funding(BUILDER)))

    @precondition(lambda self: self.pool.state.closed)
    @rule(wanted=ORDERS)
    def refund_ticket(self, wanted: tuple[Direction, int, bool]) -> None:
        """A closed pool takes no tickets: whoever has one takes it back."""
        way, amount, hopes = wanted
        self.take_back(self.make_ticket(way, amount, hopes=hopes))

    def take_back(self, held: epochs.Ticket | Order) -> None:
        is_ticket, parameters = isinstance(held, epochs.Ticket), self.parameters
        delay = parameters.refund_delay if is_ticket else parameters.order_delay
        self.chain.advance(max(0, delay - self.chain.confirmations(held.coin)))
        self.submit(epochs.refund(self.scripts, held, TRADER, self.funding(TRADER)))

    @precondition(lambda self: self.pool.next and not self.pool.current)
    @rule()
    def turn(self) -> None:
        self.age(self.parameters.window)
        self.done(epochs.turn(self.pool, self.funding(BUILDER)))

    @precondition(lambda self: self.silent() and not self.revealed)
    @rule(first=st.integers(0, 5))
    def reveal(self, first: int) -> None:
        """All but some reveal, in an order of their own."""
        for slot in reversed(self.silent()[first // 3 :]):
            self.reveal_slot(slot)

    def reveal_slot(self, slot: Slot) -> Order:
        action = self.actions[slot.leaf]
        made = epochs.make_order(self.scripts, action, slot, self.funding(TRADER))
        self.submit(made.built)
        self.revealed = {**self.revealed, slot.leaf: made.order}
        return made.order

    @precondition(lambda self: self.pool.current and (self.revealed or self.number % 5 == 0))
    @rule()
    def settle(self) -> None:
        self.age(self.parameters.window)
        held = [self.revealed[s.leaf] for s in self.pool.current if s.leaf in self.revealed]
        before = self.holdings("trader")[TOKENS]
        self.done(epochs.execute(self.pool, held, self.funding(BUILDER)))
        self.model, self.revealed, paid = copy(self.model), {}, 0
        orders = [
            PlainOrder(at, each.direction == BUY, each.amount_in, each.min_out, 0)
            for at, each in enumerate(held)
        ]
        for order, got in zip(orders, self.model.settle(orders), strict=True):
            paid += got if order.buys else 0 if got else order.paid
        assert self.holdings("trader")[TOKENS] == before + paid

    @precondition(lambda self: self.pool.current and self.number % 4 == 0)
    @rule()
    def abandon(self) -> None:
        """Nobody settles: what was revealed is taken back, and so is what was not."""
        slots = list(self.pool.current)
        for slot in self.silent():
            self.reveal_slot(slot)
        self.age(self.parameters.abandon)
        self.done(epochs.turn(self.pool, self.funding(BUILDER)))
        for slot in slots:
            self.take_back(self.revealed[slot.leaf])
        self.revealed = {}

    @precondition(
        lambda self: self.pool.state.is_idle if self.pool.state.closed else len(self.pool.next) > 1
    )
    @rule()
    def close_or_open(self) -> None:
        closed = not self.pool.state.closed
        self.done(epochs.set_closed(self.pool, PROVIDER, self.funding(PROVIDER), closed=closed))

    @precondition(lambda self: self.number and self.pool.state.is_idle)
    @rule(satoshis=numbers(10_000, 2 * SATOSHIS_HELD), tokens=numbers(1_000, TOKENS_HELD))
    def change_reserves(self, satoshis: int, tokens: int) -> None:
        wanted, own = Reserves(satoshis, tokens), self.funding(PROVIDER)
        self.done(epochs.change_reserves(self.pool, wanted, PROVIDER, own))
        self.model = copy(self.model)
        self.model.satoshis, self.model.tokens = satoshis, tokens

    def move_on(self) -> bool:
        """Anybody settles or turns what waits; then the provider ends the pool."""
        if self.pool.current:
            self.settle()
            return False
        if self.pool.next:
            self.turn()
            return False
        own = Funding(PROVIDER.locking_bytecode)
        self.submit(epochs.exit_pool(self.pool, PROVIDER, own).built, burns=self.unique)
        return not self.holdings()

    @invariant()
    def the_contracts_hold_what_the_model_says(self) -> None:
        held, model, bond = self.holdings(), self.model, self.parameters.bond
        coins = [each.coin for each in self.revealed.values()]
        places = len(self.silent()) + len(self.pool.next)
        assert held[SATOSHIS] == (
            model.satoshis
            + self.pool.vault.value
            + sum(each.value for each in coins)
            + places * bond
        )
        sold = sum(each.token.amount for each in coins if each.token)
        assert held[TOKENS] == model.tokens + sold
        assert held[self.parameters.pool_category, "NFT"] == 1


def test_a_pool_of_epochs_does_what_plain_integers_say() -> None:
    run_state_machine_as_test(EpochsMachine, settings=FAST)
