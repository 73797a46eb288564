"""Honest transactions of both pools, one of every kind that their lives have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from support import direct_world, epochs_world, ticketed_world
from support.ticketed_world import (
    DEADLINE,
    HEIGHT,
    PARAMETERS,
    PROVIDER,
    RESERVES,
    TOKENS,
    Draft,
    default_action,
    funding_coin,
    refund_unlocker,
    user,
)

from bchcov import Coin, Output, PrivateKey, Token, Transaction
from bchcov.amm import direct, ticketed
from bchcov.amm.action import BUY, Action
from bchcov.amm.events import Entry, Event
from bchcov.amm.queue import Queue
from bchcov.wallet.balance import Spend

__all__ = [
    "BUILDER",
    "BUYER",
    "SELLER",
    "Honest",
    "Lives",
    "PoolLike",
    "direct_lives",
    "funded",
    "taken_home",
    "ticketed_lives",
    "with_change",
    "with_savings",
]

Honest = tuple[Transaction, Sequence[Output]]
BUYER, SELLER, BUILDER = user(0), user(1), user(99)
FEE, SAVINGS = 1_500, 10_000


class PoolLike(Protocol):
    """A pool of either profile, as far as it is asked for here."""

    @property
    def queue(self) -> Queue: ...
    @property
    def entries(self) -> tuple[Entry, ...]: ...
    @property
    def coin(self) -> Coin: ...
    @property
    def state(self) -> direct.State | ticketed.State: ...
    def follow(
        self, transaction: Transaction, source_outputs: Sequence[Output]
    ) -> tuple[PoolLike | None, Event]: ...


@dataclass(frozen=True)
class Lives:
    """Honest transactions, and the pools that they find, each with what was queued in it."""

    honest: tuple[Honest, ...]
    pools: tuple[PoolLike, ...]


World = TypeVar("World", direct_world.DirectWorld, ticketed_world.World, epochs_world.World)


def with_savings(world: World) -> World:
    """Let the vault hold more satoshis than it needs, as anybody may send it some."""
    vault = world.pool.vault
    output = replace(vault.output, value=SAVINGS)
    world.pool = replace(world.pool, vault=replace(vault, output=output))
    return world


def _held(outputs: Sequence[Output]) -> tuple[int, int]:
    tokens = sum(
        each.token.amount for each in outputs if each.token and each.token.category == TOKENS
    )
    return sum(each.value for each in outputs), tokens


def funded(draft: Draft, at: int, key: PrivateKey, *, value: int, tokens: int = 0) -> Honest:
    """Let a coin of somebody's pay, at a place or behind all others, and give them the change."""
    token = Token(TOKENS, tokens) if tokens else None
    spend = funding_coin(f"purse {at}", key, value, token)
    draft.spends[at : at + 1] = [spend]
    return with_change(draft, key)


def with_change(draft: Draft, key: PrivateKey) -> Honest:
    value, tokens = _held([spend.coin.output for spend in draft.spends])
    spent, moved = _held(draft.outputs)
    left = Token(TOKENS, tokens - moved) if tokens > moved else None
    draft.outputs.append(Output(value - spent - FEE, key.locking_bytecode, left))
    return draft.finish()


def taken_home(draft: Draft, outputs: int, key: PrivateKey = PROVIDER) -> Honest:
    """Give what an exit leaves to the provider, in so many outputs."""
    value, tokens = _held([spend.coin.output for spend in draft.spends])
    draft.outputs = [
        Output(value - FEE - 1_000 * (outputs - 1), key.locking_bytecode),
        *([Output(1_000, key.locking_bytecode, Token(TOKENS, tokens))] * (outputs - 1)),
    ]
    return draft.finish()


def _followed(honest: Sequence[Honest], pools: Sequence[PoolLike]) -> tuple[PoolLike, ...]:
    """The pools, and what becomes of each by the honest transactions that it lives through."""
    found = list(pools)
    for transaction, coins in honest:
        for pool in pools:
            if pool.coin.output in coins:
                after, _ = pool.follow(transaction, coins)
                if after is not None:
                    found.append(after)
    return tuple(found)


def direct_lives(sources: Mapping[str, str]) -> Lives:
    """What users of the direct pool do."""
    world = with_savings(direct_world.DirectWorld(sources))
    buy, sale = direct_world.BOUGHT, direct_world.SOLD
    waiting, other = map(with_savings, (world.queued(buy, sale), world.queued(sale)))

    def revealed(there: direct_world.DirectWorld, each: Action) -> Honest:
        sells = 0 if each.direction == BUY else each.amount_in
        key = SELLER if sells else BUYER
        return funded(there.reveal(each), 2, key, value=1_200_000, tokens=sells)

    expiry = waiting.expire()
    expiry.outputs.append(Output(1_000, BUILDER.locking_bytecode))
    honest = (
        funded(world.commit(buy), 1, BUYER, value=20_000),
        funded(waiting.commit(sale), 1, SELLER, value=20_000),
        revealed(waiting, buy),
        revealed(other, sale),
        expiry.finish(),
        taken_home(world.exit(), 2),
    )
    return Lives(honest, _followed(honest, (world.pool, waiting.pool, other.pool)))


def ticketed_lives(sources: Mapping[str, str], *, depth: int = PARAMETERS.depth) -> Lives:
    """What users of the ticketed pool do, whose queue has 2^depth places."""
    parameters = replace(PARAMETERS, depth=depth)
    world = with_savings(ticketed_world.World(sources, parameters))
    two = [default_action(0), default_action(1)]
    waiting, one = map(with_savings, (world.queued(*two), world.queued(two[0])))
    # A minimum that the pool does not give: the order is not filled.
    greedy = replace(two[0], min_out=RESERVES.tokens)
    unfilled = with_savings(world.queued(greedy))
    shut = with_savings(world.closed())

    def refund(held: Coin, number: int, delay: int) -> Honest:
        spend = Spend(held, refund_unlocker(number), delay)
        return with_change(Draft([spend], []), user(number))

    def owned(there: ticketed_world.World, **changes: int | bool) -> Honest:
        made = there.owned(replace(there.pool.state, collected=0, **changes))  # type: ignore[arg-type]
        return funded(made, len(made.spends), PROVIDER, value=20_000_000_000, tokens=1_000)

    def tickets() -> Iterator[Coin]:
        for at, each in enumerate(two):
            yield world.ticket(at, each, value=12_000)

    def built(make: Callable[[], Draft]) -> Honest:
        return make().finish()

    reserves = world.pool.state.reserves
    more = reserves.bch * 2, reserves.tokens + 1_000
    state = replace(shut.pool.state, bch_reserve=more[0], token_reserve=more[1])
    rich = with_savings(shut.at(state))
    # The provider may withdraw all but this without ending the pool.
    least = PARAMETERS.min_reserve, 1
    honest = (
        built(lambda: world.sequence(list(tickets()))),
        built(lambda: world.sequence([world.ticket(0, two[0], value=13_500)])),
        built(lambda: waiting.sequence([world.ticket(2, default_action(2), value=13_500)])),
        built(lambda: waiting.execute(two)),
        built(lambda: one.execute(two[:1])),
        built(lambda: unfilled.execute([greedy])),
        built(lambda: waiting.expire(height=max(DEADLINE, HEIGHT))),
        owned(world, closed=True),
        owned(shut, closed=False),
        owned(waiting, closed=True),
        owned(shut, bch_reserve=more[0], token_reserve=more[1]),
        *(owned(each, bch_reserve=least[0], token_reserve=least[1]) for each in (shut, rich)),
        taken_home(world.exit(), 2),
        refund(world.ticket(0, two[0], value=13_500), 0, PARAMETERS.refund_delay),
        refund(world.order(0, two[0]), 0, PARAMETERS.order_refund_delay),
    )
    pools = (world.pool, waiting.pool, one.pool, unfilled.pool, shut.pool, rich.pool)
    return Lives(honest, _followed(honest, pools))
