"""Measure the epochs profile: sizes, costs, what a clearing costs traders, and its attackers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from epochs_model import attack_table, known_table, slippage_table
from measure_pools import (
    BUILDER,
    FIRST,
    PROVIDER,
    RESERVES,
    TOKENS,
    first_coin,
    fund,
    funding,
)
from measure_tables import COSTS, row, table

from bchcov.amm import epochs
from bchcov.crypto.hashes import sha256
from bchcov.transaction.constants import COIN
from bchcov.wallet.keys import PrivateKey

COUNTS = (1, 16, 48, 96)
BLOCKS_A_DAY = 144


@dataclass(frozen=True)
class Life:
    """So many orders, half buys and half sales, from their tickets to their payouts."""

    count: int
    tickets: int
    orders: int
    appends: Sequence[epochs.Step]
    turn: epochs.Step
    settle: epochs.Step

    @property
    def appended(self) -> int:
        """The bytes of all appends."""
        return sum(each.built.size for each in self.appends)

    @property
    def each(self) -> float:
        """The bytes of one order: its ticket, its order, its shares of append and settlement."""
        return (self.tickets + self.orders + self.appended + self.settle.built.size) / self.count

    @property
    def paid(self) -> float:
        """What a user pays in satoshis at 1 sat/B: own transactions, tips, and what these lack."""
        shared = self.appended + self.turn.built.size + self.settle.built.size
        tips = epochs.DEFAULT_TIP + self.settle.pool.scripts.parameters.tip
        return (self.tickets + self.orders) / self.count + max(tips, shared / self.count)

    @property
    def idle(self) -> float:
        """The same where the epoch needs a turn of its own."""
        return self.each + self.turn.built.size / self.count


def _fitting(coins: int) -> epochs.Parameters:
    return epochs.Parameters.for_reserve(
        coins * COIN,
        pool_category=FIRST,
        token_category=TOKENS,
        owner=PROVIDER.public_key_hash,
    )


def new_pool() -> epochs.Step:
    """A pool with parameters for its reserve."""
    parameters = _fitting(RESERVES.bch // COIN)
    own = funding(PROVIDER, fund("tokens", PROVIDER, 2_000, RESERVES.tokens))
    return epochs.genesis(parameters, RESERVES, first_coin(), own)


def live(pool: epochs.Pool, count: int, *, silent: int = 0) -> Life:
    """Commit, append, turn, reveal and settle; the last `silent` do not reveal."""
    scripts = pool.scripts
    made, actions, bytes_of_tickets = [], {}, 0
    for number in range(count):
        user = PrivateKey(sha256(b"%d" % number))
        direction = epochs.BUY if number % 2 else epochs.SELL
        amount = 1_000_000 if number % 2 else 1_000
        salt = epochs.derive_salt(user, FIRST, 0)
        action = epochs.Action(direction, amount, 0, user.public_key_hash, salt)
        coin = fund(f"ticket {number}", user, 100_000)
        ticket = epochs.make_ticket(scripts, action, funding(user, coin))
        actions[ticket.ticket.leaf] = (user, action)
        made.append(ticket.ticket)
        bytes_of_tickets += ticket.built.size
    payer = funding(BUILDER, fund("fee", BUILDER, 100_000)) if count == 1 else funding(BUILDER)
    appends = epochs.sequence_all(pool, made, payer)
    fee = funding(BUILDER, fund("fee of the turn", BUILDER, 100_000))
    turn = epochs.turn(appends[-1].pool, fee)
    orders, bytes_of_orders = [], 0
    for slot in list(turn.pool.current)[: count - silent]:
        user, action = actions[slot.leaf]
        tokens = 0 if action.direction == epochs.BUY else action.amount_in
        coin = fund(f"order {slot.leaf.hex()}", user, 2_000_000, tokens)
        order = epochs.make_order(scripts, action, slot, funding(user, coin))
        orders.append(order.order)
        bytes_of_orders += order.built.size
    more = [] if count > 1 else [fund("fee of the settlement", BUILDER, 100_000)]
    settle = epochs.execute(turn.pool, orders, funding(BUILDER, *more))
    return Life(count, bytes_of_tickets, bytes_of_orders, appends, turn, settle)


def measure_epochs() -> Iterator[str]:
    """The tables of the epochs profile."""
    start = new_pool()
    scripts = start.pool.scripts
    codes = ("pool", "append", "vault", "settle", "turn", "owner")
    sizes = {
        "ticket": len(scripts.ticket(bytes(20), bytes(32))),
        "slot": len(scripts.slot(bytes(32))),
        "order": len(scripts.order(bytes(44))),
        **{name: len(getattr(scripts, name).code) for name in codes},
    }
    yield table(["script", "bytes"], [[name, str(size)] for name, size in sizes.items()])
    lives = {count: live(start.pool, count) for count in COUNTS}
    head = [
        "orders in an epoch",
        "append",
        "settle",
        "whole life of an order",
        "with a turn",
        "its user pays, sats",
    ]
    rows = [
        [
            str(count),
            f"{each.appended:,}",
            f"{each.settle.built.size:,}",
            f"{each.each:,.0f}",
            f"{each.idle:,.0f}",
            f"{each.paid:,.0f}",
        ]
        for count, each in lives.items()
    ]
    yield "Sizes in bytes (half buys, half sales):"
    yield table(head, rows)
    sixteen = lives[16]
    half = live(start.pool, 16, silent=8)
    largest = max(lives[96].appends, key=lambda each: each.built.size)
    rows = [
        row("genesis", start.built),
        row("append, 16 tickets", sixteen.appends[0].built),
        row(f"append, {epochs.MAX_TICKETS} tickets", largest.built),
        row("turn", sixteen.turn.built),
        row("settle, 16 orders", sixteen.settle.built),
        row("settle, 8 orders, 8 silent", half.settle.built),
        row("settle, 96 orders", lives[96].settle.built),
        *_rarer_rows(sixteen.settle.pool),
    ]
    yield "Costs in standard mode, for the input that uses most of its budget:"
    yield table(COSTS, rows)
    yield (
        "To keep everybody else out, by whoever wins every race for the first append of an epoch"
        " (miners' fees not included):"
    )
    yield stall_table()
    yield "What traders get and what the provider gains, by the plain model:"
    yield slippage_table()
    yield (
        "Somebody with an unrevealed ticket on both sides, who decides after everybody else, in a"
        " pool of 100 BCH:"
    )
    yield attack_table()
    yield "What it is worth to know an order before, by purchases of up to 10 % of the pool:"
    yield known_table()


def stall_table() -> str:
    """What it costs a day to take all places of every epoch before anybody else does."""
    rows = []
    default = epochs.Parameters(
        pool_category=FIRST, token_category=TOKENS, owner=PROVIDER.public_key_hash
    )
    for pool, chosen in (
        ("for 100 BCH", _fitting(100)),
        ("for 10,000 BCH", _fitting(10_000)),
        ("by default", default),
    ):
        places = BLOCKS_A_DAY // chosen.window * chosen.most
        unlike = (
            ("silent", chosen.bond - chosen.tip),
            ("limits that are missed", chosen.miss),
            ("the smallest orders", chosen.min_trade * 3 / 1000),
        )
        given = f"{chosen.bond:,}, {chosen.miss:,}, {chosen.min_trade:,}"
        rows += [
            [pool, given, how, f"{each:,.0f}", f"{places * each / COIN:.3f}"]
            for how, each in unlike
        ]
    head = ["parameters", "bond, miss, min_trade", "places that are", "sats each", "BCH a day"]
    return table(head, rows, numbers=4)


def _rarer_rows(pool: epochs.Pool) -> Iterator[list[str]]:
    own = funding(PROVIDER, fund("own", PROVIDER, 1_000_000))
    yield row("close", epochs.set_closed(pool, PROVIDER, own).built)
    yield row("exit", epochs.exit_pool(pool, PROVIDER, funding(PROVIDER)).built)
