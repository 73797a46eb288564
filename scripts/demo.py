"""A pool's whole life, a tampering refused, and users who race on three pools."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter

import demo_race
import demo_verdicts
from rich.console import Console
from rich.table import Table

from bchcov import BCH_2026, BuildError, BuildRefused, Output, Token
from bchcov.amm import ticketed as amm
from bchcov.crypto.hashes import sha256
from bchcov.wallet.balance import Spend
from bchcov.wallet.builder import BuiltTransaction
from bchcov.wallet.coins import Coin
from bchcov.wallet.keys import PrivateKey
from bchcov.wallet.unlockers import P2pkhUnlocker

TOKENS = sha256(b"the tokens that trade")
HEIGHT, DEADLINE = 900_000, 900_004
PROVIDER, BUILDER = PrivateKey(sha256(b"provider")), PrivateKey(sha256(b"builder"))
SILENT, TOO_DEAR = 5, 3


class Story:
    """The transactions in a table as they happen."""

    def __init__(self) -> None:
        self.coins = 0
        self.table = Table(title=f"A pool's life under {BCH_2026}")
        self.table.add_column("transaction", ratio=1)
        for name in ("bytes", "fee", "op cost", "of limit", "hashes", "of limit"):
            self.table.add_column(name, justify="right", no_wrap=True)

    def funding(self, key: PrivateKey, value: int = 0, token: Token | None = None) -> amm.Funding:
        """Funding with one coin of so many satoshis, or with none."""
        return amm.Funding(key.locking_bytecode, (self.coin(key, value, token),) if value else ())

    def coin(self, key: PrivateKey, value: int, token: Token | None = None) -> Spend:
        """A coin that is there: this demonstration has no chain."""
        self.coins += 1
        output = Output(value, key.locking_bytecode, token)
        return Spend(Coin(sha256(b"coin %d" % self.coins), 0, output), P2pkhUnlocker(key))

    def tell(self, what: str, built: BuiltTransaction) -> None:
        """Add a row: the input that used most of its budget stands for all."""
        assert built.verdict is not None
        most = max(
            (each.metrics for each in built.verdict.inputs),
            key=lambda metrics: metrics.op_cost / (metrics.op_cost_limit or 1),
        )
        self.table.add_row(
            what,
            f"{built.size:,}",
            f"{built.fee:,}",
            f"{most.op_cost:,}",
            demo_verdicts.share(most.op_cost, most.op_cost_limit),
            f"{most.hash_iterations:,}",
            demo_verdicts.share(most.hash_iterations, most.hash_iterations_limit),
        )


def describe(execution: amm.Execution) -> str:
    """What became of one order."""
    action, fill = execution.action, execution.fill
    assert action is not None
    come, go = ("sats", "tokens") if action.direction == amm.BUY else ("tokens", "sats")
    given = f"{action.amount_in:,} {come}"
    if not fill.is_filled:
        return f"    {given}: below its minimum, everything back"
    return f"    {given} for {fill.amount_out:,} {go}"


def make_actions(users: Sequence[PrivateKey], category: bytes) -> list[amm.Action]:
    """Four buys and four sales; one asks for too much."""
    actions = []
    for number, user in enumerate(users):
        buys = number % 2 == 0
        actions.append(
            amm.Action(
                amm.BUY if buys else amm.SELL,
                20_000_000 * (number + 1) if buys else 1_000 * number,
                10**12 if number == TOO_DEAR else 0,
                user.public_key_hash,
                amm.derive_salt(user, category, 0),
            )
        )
    return actions


def live(story: Story, console: Console) -> amm.Pool:
    """Run the life; return the pool as it was when all orders were queued."""
    first = story.coin(PROVIDER, 10_100_000_000)
    parameters = amm.Parameters(
        pool_category=first.coin.outpoint_hash,
        token_category=TOKENS,
        owner=PROVIDER.public_key_hash,
    )
    tokens = story.funding(PROVIDER, 2_000, Token(TOKENS, 5_000_000))
    step = amm.genesis(parameters, amm.Reserves(10_000_000_000, 5_000_000), first, tokens)
    story.tell("genesis: 100 BCH and 5,000,000 tokens", step.built)
    scripts, users = step.pool.scripts, [PrivateKey(sha256(b"%d" % n)) for n in range(8)]
    actions = make_actions(users, parameters.pool_category)
    by_hash = {action.hash: (action, user) for action, user in zip(actions, users, strict=True)}

    made = [
        amm.make_ticket(scripts, action, DEADLINE, story.funding(user, 1_000_000))
        for action, user in zip(actions, users, strict=True)
    ]
    story.tell("ticket: a user commits blind (1 of 8)", made[0].built)
    tickets = [each.ticket for each in made]
    queued = amm.sequence(step.pool, tickets, HEIGHT, story.funding(BUILDER))
    story.tell("sequence: eight tickets into the queue", queued.built)

    orders: list[amm.Order] = []
    for entry in queued.pool.entries:
        action, user = by_hash[entry.action_hash]
        token = Token(TOKENS, action.amount_in) if action.direction == amm.SELL else None
        order = amm.make_order(scripts, action, entry, story.funding(user, 300_000_000, token))
        if not orders:
            story.tell("order: a user reveals, with his funds (1 of 7)", order.built)
        orders.append(order.order)

    told: list[str] = []
    step = amm.execute(queued.pool, orders[:SILENT], story.funding(BUILDER))
    story.tell(f"execute: the first {SILENT} orders", step.built)
    told += map(describe, step.event.executions)
    try:
        amm.expire(step.pool, HEIGHT + 1, story.funding(BUILDER))
    except BuildError as error:
        told.append(f"    one is silent; {error}")
    step = amm.expire(step.pool, DEADLINE, story.funding(BUILDER))
    story.tell(f"expire: the silent order, at block {DEADLINE}", step.built)
    step = amm.execute(step.pool, orders[SILENT + 1 :], story.funding(BUILDER))
    story.tell("execute: the last two orders", step.built)
    told += map(describe, step.event.executions)
    reserves = step.pool.state.reserves
    told.append(f"    left: {reserves.bch:,} sats, {reserves.tokens:,} tokens")
    step = amm.exit_pool(step.pool, PROVIDER, story.funding(PROVIDER))
    story.tell("exit: the provider takes everything, the NFT is gone", step.built)
    console.print(story.table)
    console.print("  What became of the orders, in the queue's order:", *told, sep="\n")
    return queued.pool


def tamper(story: Story, pool: amm.Pool, console: Console) -> bool:
    """Reveal another amount than was committed to; True if script refuses it at the queue."""
    user, entry = PrivateKey(sha256(b"thief")), pool.entries[0]
    action = amm.Action(amm.BUY, 77_000_000, 0, user.public_key_hash, bytes(16))
    # He tells the builder that he stands at head; all else of the transaction is as it should be.
    claimed = replace(entry, action_hash=action.hash)
    funding = story.funding(user, 100_000_000)
    order = amm.make_order(pool.scripts, action, claimed, funding).order
    believed = replace(pool, entries=(claimed, *pool.entries[1:]))
    console.print("\n  A tampered reveal: another action than was committed to.")
    try:
        amm.execute(believed, [order], story.funding(BUILDER, 1_000_000))
    except BuildRefused as error:
        console.print(f"    {error}", highlight=False, markup=False)
        return error.check == "queue-before"
    return False


def main() -> int:
    """Live, tamper, race, verify transactions of others; 1 if anything is not as expected."""
    console = Console(width=130 if not sys.stdout.isatty() else None)
    story = Story()
    start = perf_counter()
    pool = live(story, console)
    refused = tamper(story, pool, console)
    console.print(f"\n  All built and verified in {1000 * (perf_counter() - start):.0f} ms.")
    rows = demo_race.run_races()
    wide = Console(width=180 if not sys.stdout.isatty() else None)
    demo_race.show(rows, wide)
    wide.print("  In person: bchcov amm. More of these figures: bchcov amm race --help.\n")
    return demo_verdicts.main() or int(not (refused and demo_race.is_as_claimed(rows)))


if __name__ == "__main__":
    sys.exit(main())
