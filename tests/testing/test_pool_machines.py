"""All three pools, in random order of their operations, do what plain integers say."""

from __future__ import annotations

from copy import copy
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from support.plain_pools import PlainOrder, PlainPool, PlainQueuedPool

from bchcov import Output, P2pkhUnlocker, PrivateKey, Spend, Token
from bchcov.amm import BUY, SELL, Action, Reserves, cpmm, direct, ticketed
from bchcov.amm.action import Direction
from bchcov.crypto.hashes import sha256
from bchcov.testing import CONTRACTS, SATOSHIS, ContractMachine, Party, numbers
from bchcov.wallet.funding import Funding

PROVIDER, TRADER, BUILDER = (PrivateKey(bytes(31) + bytes([number])) for number in (1, 2, 3))
TOKENS = bytes(range(32))
SATOSHIS_HELD, TOKENS_HELD = 1_000_000_000, 5_000_000
FAST = settings(max_examples=8, stateful_step_count=20, deadline=None)
DIRECTIONS = st.sampled_from([BUY, SELL])


class PoolMachine(ContractMachine):
    """What the machines of the pools share: who takes part, and what they have."""

    parties = (
        Party("provider", (PROVIDER,)),
        Party("trader", (TRADER,), is_open=True),
        Party("builder", (BUILDER,), is_open=True),
    )
    mutants = 6

    def fund_everybody(self) -> None:
        much = Token(TOKENS, 20 * TOKENS_HELD)
        for key in (PROVIDER, TRADER, BUILDER):
            coins = [Output(5 * SATOSHIS_HELD, key.locking_bytecode) for _ in range(4)]
            self.fund(*coins, Output(5 * SATOSHIS_HELD, key.locking_bytecode, much))

    def funding(self, key: PrivateKey) -> Funding:
        spends = [
            Spend(coin, P2pkhUnlocker(key)) for coin in self.chain.coins(key.locking_bytecode)
        ]
        return Funding(key.locking_bytecode, spends)


class PlainPoolMachine(PoolMachine):
    """The plain pool: anybody trades, the owner changes its reserves, or ends it."""

    parameters = cpmm.Parameters(TOKENS, PROVIDER.public_key_hash)
    contracts = (parameters.contract,)

    def begin(self) -> None:
        self.fund_everybody()
        reserves = Reserves(SATOSHIS_HELD, TOKENS_HELD)
        made = cpmm.genesis(self.parameters, reserves, self.funding(PROVIDER))
        self.submit(made.built)
        self.market = made.market
        self.model = PlainPool(SATOSHIS_HELD, TOKENS_HELD)

    @rule(direction=DIRECTIONS, amount=numbers(1_000, 2_000_000))
    def trade(self, direction: Direction, amount: int) -> None:
        before, model = self.holdings("trader")[TOKENS], copy(self.model)
        got = model.buy(amount) if direction == BUY else model.sell(amount)
        if got < 1 or model.satoshis < 1_000:
            return
        done = cpmm.swap(self.market, direction, amount, self.funding(TRADER))
        self.submit(done.built)
        self.market, self.model = done.market, model
        assert done.amount_out == got
        moved = got if direction == BUY else -amount
        assert self.holdings("trader")[TOKENS] == before + moved

    @rule(satoshis=numbers(1_000, 2 * SATOSHIS_HELD), tokens=numbers(1_000, TOKENS_HELD))
    def change_reserves(self, satoshis: int, tokens: int) -> None:
        wanted = Reserves(satoshis, tokens)
        built = cpmm.change_reserves(self.market, wanted, PROVIDER, self.funding(PROVIDER))
        self.market = cpmm.read_market(self.parameters, self.submit(built).coin(0))
        self.model = PlainPool(satoshis, tokens)

    def move_on(self) -> bool:
        """The owner ends the pool, whatever traders do."""
        end = cpmm.change_reserves(self.market, None, PROVIDER, self.funding(PROVIDER))
        self.submit(end)
        return not self.holdings()

    @invariant()
    def the_pool_holds_what_the_model_says(self) -> None:
        held = self.holdings()
        assert (held[SATOSHIS], held[TOKENS]) == (self.model.satoshis, self.model.tokens)


class QueuedMachine(PoolMachine):
    """What the profiles of SequencedAMM share: the orders that wait, and who pays for what."""

    parameters: Any
    scripts: Any
    pool: Any
    orders: dict[int, Action]
    model: PlainQueuedPool

    def first_coin(self) -> Spend:
        """The coin whose transaction gives the pool its category."""
        (first,) = self.fund(Output(2 * SATOSHIS_HELD, PROVIDER.locking_bytecode))
        return Spend(first, P2pkhUnlocker(PROVIDER))

    def constants(self, first: Spend) -> dict[str, Any]:
        return {
            "pool_category": first.coin.outpoint_hash,
            "token_category": TOKENS,
            "owner": PROVIDER.public_key_hash,
        }

    def start(self) -> None:
        parameters = self.parameters
        self.unique = (parameters.pool_category,)
        self.orders, self.number = {}, 0
        self.model = PlainQueuedPool(
            SATOSHIS_HELD,
            TOKENS_HELD,
            parameters.bond,
            parameters.tip,
            parameters.min_reserve,
        )

    def owner_of(self, output: Output) -> str | None:
        if output.locking_bytecode in (self.scripts.pool_bytecode, self.scripts.vault_bytecode):
            return CONTRACTS
        return super().owner_of(output)

    def new_order(self, direction: Direction, amount: int, least: int) -> Action:
        self.number += 1
        salt = sha256(b"%d" % self.number)[:16]
        return Action(direction, amount, least, TRADER.public_key_hash, salt)

    def queue(self, number: int, action: Action, deadline: int) -> None:
        self.orders = {**self.orders, number: action}
        buys = action.direction == BUY
        self.model = copy(self.model)
        self.model.commit(PlainOrder(number, buys, action.amount_in, action.min_out, deadline))

    @property
    def head(self) -> PlainOrder:
        return self.model.queue[0]

    def expire_first(self) -> bool:
        """Expire the head, if it is time; return whether it was."""
        raise NotImplementedError

    @precondition(lambda self: self.model.queue)
    @rule()
    def expire(self) -> None:
        self.expire_first()

    def end(self) -> None:
        raise NotImplementedError

    def move_on(self) -> bool:
        """Anybody expires the orders that nobody reveals; then the provider ends the pool."""
        if not self.model.queue:
            self.end()
            return not self.holdings()
        while not self.expire_first():
            self.chain.advance(1)
        return False


class DirectMachine(QueuedMachine):
    """The direct profile: a commit, its reveal or expiry, one at a time, in order."""

    steps_on = 4

    def begin(self) -> None:
        self.fund_everybody()
        first = self.first_coin()
        self.parameters = direct.Parameters(**self.constants(first), max_wait=6)
        self.scripts = direct.Scripts(self.parameters)
        own = self.funding(PROVIDER)
        others = [each for each in own.coins if each.coin != first.coin]
        funding = Funding(PROVIDER.locking_bytecode, others)
        reserves = Reserves(SATOSHIS_HELD, TOKENS_HELD)
        made = direct.genesis(self.parameters, reserves, first, funding)
        self.submit(made.built)
        self.pool = made.pool
        self.start()

    def done(self, step: direct.Step) -> None:
        self.submit(step.built)
        if step.after is not None:
            self.pool = step.after

    @precondition(lambda self: len(self.model.queue) < 3)
    @rule(direction=DIRECTIONS, amount=numbers(1_000, 2_000_000), least=numbers(0, 50_000))
    def commit(self, direction: Direction, amount: int, least: int) -> None:
        action = self.new_order(direction, amount, least)
        height = self.chain.height
        deadline = height + self.parameters.max_wait
        self.done(direct.commit(self.pool, action, deadline, height, self.funding(TRADER)))
        self.queue(self.number, action, deadline)

    @precondition(lambda self: self.model.queue)
    @rule()
    def reveal(self) -> None:
        before, order = self.holdings("trader")[TOKENS], self.head
        self.done(direct.reveal(self.pool, self.orders[order.number], self.funding(TRADER)))
        self.model = copy(self.model)
        got = self.model.trade()
        moved = 0 if not got else got if order.buys else -order.paid
        assert self.holdings("trader")[TOKENS] == before + moved

    def expire_first(self) -> bool:
        if self.chain.height < self.head.deadline:
            return False
        own = Funding(BUILDER.locking_bytecode)
        self.done(direct.expire(self.pool, self.chain.height, own))
        self.model = copy(self.model)
        self.model.expire()
        return True

    def end(self) -> None:
        own = Funding(PROVIDER.locking_bytecode)
        self.submit(direct.exit_pool(self.pool, PROVIDER, own).built, burns=self.unique)

    @invariant()
    def the_pool_holds_what_the_model_says(self) -> None:
        held, model = self.holdings(), self.model
        in_vault = self.pool.vault.value
        assert held[SATOSHIS] == model.satoshis + len(model.queue) * model.bond + in_vault
        assert (held[TOKENS], held[self.parameters.pool_category, "NFT"]) == (model.tokens, 1)


class TicketedMachine(QueuedMachine):
    """The ticketed profile: tickets, batches of them, orders and their batches, refunds."""

    steps_on = 7

    def begin(self) -> None:
        self.fund_everybody()
        first = self.first_coin()
        self.parameters = ticketed.Parameters(
            **self.constants(first),
            min_trade=1,
            max_wait=6,
            order_refund_delay=8,
            notice=3,
            depth=4,
        )
        self.scripts = ticketed.Scripts(self.parameters)
        own = self.funding(PROVIDER)
        others = [each for each in own.coins if each.coin != first.coin]
        funding = Funding(PROVIDER.locking_bytecode, others)
        reserves = Reserves(SATOSHIS_HELD, TOKENS_HELD)
        made = ticketed.genesis(self.parameters, reserves, first, funding)
        self.submit(made.built)
        self.pool = made.pool
        self.tickets: dict[int, tuple[ticketed.Ticket, Action]] = {}
        self.revealed: dict[int, ticketed.Order] = {}
        self.start()

    def owner_of(self, output: Output) -> str | None:
        for read in (self.scripts.read_ticket, self.scripts.read_order):
            if read(output.locking_bytecode) is not None:
                return CONTRACTS
        return super().owner_of(output)

    def done(self, step: ticketed.Step) -> None:
        self.submit(step.built)
        if step.after is not None:
            self.pool = step.after

    @precondition(lambda self: len(self.tickets) < 3)
    @rule(direction=DIRECTIONS, amount=numbers(1_000, 2_000_000), least=numbers(0, 50_000))
    def make_ticket(self, direction: Direction, amount: int, least: int) -> None:
        action = self.new_order(direction, amount, least)
        deadline = self.chain.height + self.parameters.max_wait
        made = ticketed.make_ticket(self.scripts, action, deadline, self.funding(TRADER))
        self.submit(made.built)
        self.tickets[self.number] = made.ticket, action

    @precondition(lambda self: self.due_tickets() and len(self.model.queue) < 4)
    @rule()
    def sequence(self) -> None:
        chosen = self.due_tickets()
        taken = [self.tickets[number][0] for number in chosen]
        step = ticketed.sequence(self.pool, taken, self.chain.height, self.funding(BUILDER))
        self.done(step)
        # In which order they stand is the contract's to say: by their transactions.
        numbers_of = {self.tickets[number][0].action_hash: number for number in chosen}
        for entry in self.pool.entries[-len(chosen) :]:
            number = numbers_of[entry.action_hash]
            ticket, action = self.tickets.pop(number)
            self.queue(number, action, ticket.deadline)

    def due_tickets(self) -> list[int]:
        return list(self.tickets)

    @precondition(lambda self: len(self.tickets) > 1)
    @rule()
    def refund_ticket(self) -> None:
        number = min(self.tickets)
        ticket, _ = self.tickets[number]
        self.take_back(ticket)
        del self.tickets[number]

    @precondition(lambda self: len(self.revealed) < len(self.model.queue))
    @rule()
    def reveal(self) -> None:
        """The next order that has not been revealed is: its coin holds what it trades."""
        at, order = next(
            (at, each)
            for at, each in enumerate(self.model.queue)
            if each.number not in self.revealed
        )
        entry, action = self.pool.entries[at], self.orders[order.number]
        made = ticketed.make_order(self.scripts, action, entry, self.funding(TRADER))
        self.submit(made.built)
        self.revealed[order.number] = made.order

    @precondition(lambda self: len(self.revealed) > 1)
    @rule()
    def refund_order(self) -> None:
        number = min(self.revealed)
        self.take_back(self.revealed[number])
        del self.revealed[number]

    def take_back(self, held: ticketed.Ticket | ticketed.Order) -> None:
        is_ticket, parameters = isinstance(held, ticketed.Ticket), self.parameters
        delay = parameters.refund_delay if is_ticket else parameters.order_refund_delay
        wait = delay - self.chain.confirmations(held.coin)
        self.chain.advance(max(0, wait))
        self.submit(ticketed.refund(self.scripts, held, TRADER, self.funding(TRADER)))

    @precondition(lambda self: self.model.queue and self.head.number in self.revealed)
    @rule()
    def execute(self) -> None:
        batch = []
        for order in self.model.queue:
            if order.number not in self.revealed:
                break
            batch.append(order)
        held = [self.revealed[each.number] for each in batch]
        before = self.holdings("trader")[TOKENS]
        self.done(ticketed.execute(self.pool, held, self.funding(BUILDER)))
        self.model = copy(self.model)
        paid = 0
        for order in batch:
            got = self.model.trade()
            paid += got if order.buys else 0 if got else order.paid
            del self.revealed[order.number]
        assert self.holdings("trader")[TOKENS] == before + paid

    def expire_first(self) -> bool:
        is_aged = self.chain.confirmations(self.pool.coin) >= self.parameters.grace
        if self.chain.height < self.head.deadline or not is_aged:
            return False
        number = self.head.number
        own = Funding(BUILDER.locking_bytecode)
        self.done(ticketed.expire(self.pool, self.chain.height, own))
        self.model = copy(self.model)
        # The bond is burnt.
        kept = self.model.satoshis
        self.model.expire()
        self.model.satoshis = kept
        if number in self.revealed:
            self.take_back(self.revealed.pop(number))
        return True

    @precondition(lambda self: not self.model.queue and not self.tickets)
    @rule(satoshis=numbers(1_000, 2 * SATOSHIS_HELD), tokens=numbers(1_000, TOKENS_HELD))
    def change_reserves(self, satoshis: int, tokens: int) -> None:
        self.set_reserves(Reserves(satoshis, tokens))
        self.model = copy(self.model)
        self.model.satoshis, self.model.tokens = satoshis, tokens

    def set_reserves(self, wanted: Reserves) -> None:
        """Close the pool, wait, change the reserves, and open it again."""
        self.done(ticketed.set_closed(self.pool, PROVIDER, self.funding(PROVIDER)))
        self.chain.advance(self.parameters.notice)
        self.done(ticketed.change_reserves(self.pool, wanted, PROVIDER, self.funding(PROVIDER)))
        self.done(ticketed.set_closed(self.pool, PROVIDER, self.funding(PROVIDER), closed=False))

    def end(self) -> None:
        for ticket, _ in self.tickets.values():
            self.take_back(ticket)
        for order in self.revealed.values():
            self.take_back(order)
        if self.model.satoshis < 10_000:
            # An exit is paid by what the pool holds, and by nothing else.
            self.set_reserves(Reserves(10_000, self.model.tokens))
        own = Funding(PROVIDER.locking_bytecode)
        self.submit(ticketed.exit_pool(self.pool, PROVIDER, own).built, burns=self.unique)

    @invariant()
    def the_contracts_hold_what_the_model_says(self) -> None:
        held, model = self.holdings(), self.model
        waiting = [ticket.coin.value for ticket, _ in self.tickets.values()]
        waiting += [order.coin.value for order in self.revealed.values()]
        satoshis = model.satoshis + len(model.queue) * model.bond + self.pool.vault.value
        sold = sum(order.coin.token.amount for order in self.revealed.values() if order.coin.token)
        assert held[SATOSHIS] == satoshis + sum(waiting)
        assert held[TOKENS] == model.tokens + sold
        assert held[self.parameters.pool_category, "NFT"] == 1


@pytest.mark.parametrize("machine", [PlainPoolMachine, DirectMachine, TicketedMachine])
def test_a_pool_does_what_plain_integers_say(machine: type[RuleBasedStateMachine]) -> None:
    run_state_machine_as_test(machine, settings=FAST)
