"""Random lives of a ticketed pool on the chain: whatever happens, the books balance."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import pytest

from bchcov import Output, Token
from bchcov.amm import ticketed as amm
from bchcov.chain import Chain
from bchcov.crypto.hashes import sha256
from bchcov.wallet import BuiltTransaction, P2pkhUnlocker, PrivateKey, Spend
from bchcov.wallet.funding import Funding

TOKENS = sha256(b"tokens")
PROVIDER = PrivateKey(sha256(b"provider"))


@dataclass
class Life:
    random: Random
    chain: Chain = field(default_factory=lambda: Chain(height=5_000))
    tickets: list[amm.Ticket] = field(default_factory=list)
    orders: dict[int, amm.Order] = field(default_factory=dict)
    known: dict[bytes, tuple[PrivateKey, amm.Action]] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    pool: amm.Pool = field(init=False)

    def __post_init__(self) -> None:
        money = Output(100_000_000, PROVIDER.locking_bytecode)
        stock = Output(1_000, PROVIDER.locking_bytecode, Token(TOKENS, 10**6))
        first, tokens = self.chain.fund(money, stock)
        parameters = amm.Parameters(
            pool_category=first.outpoint_hash,
            token_category=TOKENS,
            owner=PROVIDER.public_key_hash,
            bond=10_000,
            min_trade=1_000,
            max_wait=12,
            notice=2,
            depth=3,
        )
        unlock = P2pkhUnlocker(PROVIDER)
        own = Funding(PROVIDER.locking_bytecode, [Spend(tokens, unlock)])
        reserves = amm.Reserves(50_000_000, 900_000)
        self.take(amm.genesis(parameters, reserves, Spend(first, unlock), own))

    def funding(self, key: PrivateKey, value: int = 0, tokens: int = 0) -> Funding:
        if not value:
            return Funding(key.locking_bytecode)
        token = Token(TOKENS, tokens) if tokens else None
        (coin,) = self.chain.fund(Output(value, key.locking_bytecode, token))
        return Funding(key.locking_bytecode, [Spend(coin, P2pkhUnlocker(key))])

    def submit(self, built: BuiltTransaction) -> None:
        self.chain.submit(built.transaction).require()

    def take(self, step: amm.Step) -> None:
        self.submit(step.built)
        if step.event.kind == "execute":
            before = self.pool.state.reserves
            assert step.pool.state.reserves.product >= before.product
        self.done[step.event.kind] = self.done.get(step.event.kind, 0) + 1
        self.pool = step.pool
        self.check()

    def check(self) -> None:
        pool, state = self.pool, self.pool.state
        parameters = pool.scripts.parameters
        assert self.chain.coin(pool.coin.outpoint) == pool.coin
        assert self.chain.coin(pool.vault.outpoint) == pool.vault
        assert pool.coin.value == state.bch_reserve + parameters.bond * state.pending
        assert pool.vault.token == Token(TOKENS, state.token_reserve)
        assert state.root == pool.queue.root
        assert (state.head, state.tail) == (pool.queue.head, pool.queue.tail)
        assert 0 <= state.pending == len(pool.entries) <= 8
        assert amm.read_state(pool.scripts, pool.coin) == state

    def make_ticket(self) -> None:
        number = len(self.known)
        key = PrivateKey(sha256(b"user %d" % number))
        direction = self.random.choice([amm.BUY, amm.SELL])
        # Less satoshis than that are dust.
        small = 900 if direction == amm.BUY else 1
        amount = self.random.choice([small, 950, 20_000, 3_000_000])
        minimum = self.random.choice([0, 0, 1, 10**12])
        salt = amm.derive_salt(key, self.pool.scripts.parameters.pool_category, number)
        action = amm.Action(direction, amount, minimum, key.public_key_hash, salt)
        self.known[action.hash] = key, action
        deadline = self.chain.height + self.random.randrange(1, 12)
        made = amm.make_ticket(self.pool.scripts, action, deadline, self.funding(key, 50_000))
        self.submit(made.built)
        self.tickets.append(made.ticket)

    def sequence(self) -> None:
        height = self.chain.height
        chosen = self.tickets[: min(self.pool.queue.room(), self.random.randrange(1, 6))]
        if not chosen or self.pool.state.closed:
            return
        self.take(amm.sequence(self.pool, chosen, height, self.funding(PROVIDER, 50_000)))
        self.tickets = [each for each in self.tickets if each not in chosen]

    def reveal(self) -> None:
        for entry in self.pool.entries:
            if entry.index in self.orders or self.random.random() < 0.3:
                continue
            key, action = self.known[entry.action_hash]
            tokens = action.amount_in if action.direction == amm.SELL else 0
            fund = self.funding(key, 10_000_000, tokens)
            order = amm.make_order(self.pool.scripts, action, entry, fund)
            self.submit(order.built)
            self.orders[entry.index] = order.order

    def execute(self) -> None:
        ready = []
        for entry in self.pool.entries[: self.pool.queue.takeable()]:
            if entry.index not in self.orders:
                break
            ready.append(self.orders[entry.index])
        if ready:
            self.take(amm.execute(self.pool, ready, self.funding(PROVIDER, 50_000)))

    def expire(self) -> None:
        entries, height = self.pool.entries, self.chain.height
        grace = self.pool.scripts.parameters.grace
        is_old = self.chain.confirmations(self.pool.coin) >= grace
        if entries and is_old and height >= entries[0].deadline:
            self.take(amm.expire(self.pool, height, self.funding(PROVIDER)))

    def own(self) -> None:
        closed = not self.pool.state.closed
        if self.pool.state.pending and not closed:
            return
        funding = self.funding(PROVIDER, 70_000_000, 10**6)
        is_due = self.chain.confirmations(self.pool.vault) >= 2
        if closed or self.pool.state.pending or not is_due or self.random.random() < 0.5:
            self.take(amm.set_closed(self.pool, PROVIDER, funding, closed=closed))
        else:
            more = amm.Reserves(self.random.randrange(10**6, 6 * 10**7), 900_000)
            self.take(amm.change_reserves(self.pool, more, PROVIDER, funding))

    def step(self) -> None:
        acts = [self.make_ticket] * 6 + [self.sequence] * 3 + [self.reveal, self.execute] * 3
        acts += [self.expire, self.own, self.chain.mine, self.chain.mine]  # type: ignore[list-item]
        self.random.choice(acts)()


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_the_books_balance(seed: int) -> None:
    life = Life(Random(seed))
    for _ in range(120):
        life.step()
    assert {"genesis", "sequence", "execute"} <= set(life.done)
    while life.pool.entries:
        life.chain.mine()
        life.execute()
        life.expire()
    end = amm.exit_pool(life.pool, PROVIDER, Funding(PROVIDER.locking_bytecode))
    life.submit(end.built)
    assert end.after is None
