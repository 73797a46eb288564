"""Measure the contracts: sizes, fees, costs, and every check, as tables for their pages."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter

from contract_examples import EXAMPLES, SEQUENCED
from measure_cashscript import requirements, sequenced_figures, stream_checks, stream_figures
from measure_epochs import measure_epochs
from measure_examples import example_checks, example_figures
from measure_pools import (
    BUILDER,
    DEADLINE,
    FIRST,
    HEIGHT,
    PROVIDER,
    RESERVES,
    TOKENS,
    direct_life,
    first_coin,
    fund,
    funding,
)
from measure_tables import COSTS, row, table

from bchcov.amm import cpmm, ticketed
from bchcov.amm.queue import Queue
from bchcov.contract import checks_in, load_source
from bchcov.crypto.hashes import sha256
from bchcov.wallet.keys import PrivateKey

CONTRACTS = Path(__file__).parent.parent / "contracts"


@dataclass(frozen=True)
class Batch:
    """So many orders, half buys and half sales, from their tickets to their payouts."""

    tickets: int
    orders: int
    dearest: int
    sequence: ticketed.Step
    execute: ticketed.Step
    count: int

    @property
    def life(self) -> float:
        """The bytes of one order: its ticket, its order, and its shares of both batches."""
        shared = self.sequence.built.size + self.execute.built.size
        return (self.tickets + self.orders + shared) / self.count

    @property
    def price(self) -> int:
        """The most satoshis that a user pays: two fees, and the tips for both batches."""
        parameters = self.sequence.pool.scripts.parameters
        return self.dearest + ticketed.fair_tip(self.count) + parameters.tip


def new_pool(**others: int) -> ticketed.Step:
    """A pool for 100 BCH."""
    parameters = ticketed.Parameters.for_reserve(
        RESERVES.bch,
        pool_category=FIRST,
        token_category=TOKENS,
        owner=PROVIDER.public_key_hash,
        **others,
    )
    own = funding(PROVIDER, fund("tokens", PROVIDER, 2_000, RESERVES.tokens))
    return ticketed.genesis(parameters, RESERVES, first_coin(), own)


def run_batch(pool: ticketed.Pool, count: int) -> Batch:
    """Queue and execute orders in a pool, each from one coin that returns one coin of change."""
    scripts = pool.scripts
    users = [PrivateKey(sha256(b"%d" % number)) for number in range(count)]
    made, actions, bytes_of_tickets, dearest = [], {}, 0, 0
    for number, user in enumerate(users):
        direction = ticketed.BUY if number % 2 else ticketed.SELL
        amount = 20_000_000 if number % 2 else 20_000
        salt = ticketed.derive_salt(user, FIRST, 0)
        action = ticketed.Action(direction, amount, 0, user.public_key_hash, salt)
        actions[action.hash] = (user, action)
        coin = fund(f"ticket {number}", user, 100_000)
        tip = 1_000
        ticket = ticketed.make_ticket(scripts, action, DEADLINE, funding(user, coin), tip=tip)
        made.append(ticket.ticket)
        bytes_of_tickets += ticket.built.size
    sequence = ticketed.sequence(pool, made, HEIGHT, funding(BUILDER))
    orders, bytes_of_orders = [], 0
    for entry in sequence.event.entries:
        user, action = actions[entry.action_hash]
        tokens = 0 if action.direction == ticketed.BUY else action.amount_in
        coin = fund(f"order {entry.index}", user, 30_000_000, tokens)
        order = ticketed.make_order(scripts, action, entry, funding(user, coin))
        orders.append(order.order)
        bytes_of_orders += order.built.size
        dearest = max(dearest, ticket.built.size + order.built.size)
    execute = ticketed.execute(sequence.pool, orders, funding(BUILDER))
    return Batch(bytes_of_tickets, bytes_of_orders, dearest, sequence, execute, count)


def measure_ticketed() -> Iterator[str]:
    """The tables of the ticketed profile."""
    start = new_pool(depth=10)
    scripts = start.pool.scripts
    sizes = {
        "ticket": len(scripts.ticket(bytes(20), bytes(36))),
        "order": len(scripts.order(bytes(20), bytes(28))),
        **{name: len(getattr(scripts, name).code) for name in ("pool", "queue", "vault", "owner")},
    }
    yield table(["script", "bytes"], [[name, str(size)] for name, size in sizes.items()])
    batches = {count: run_batch(start.pool, count) for count in (1, 16, 50, 100)}
    head = ["orders in a batch", "sequence", "execute", "whole life of an order"]
    rows = [
        [str(count), f"{b.sequence.built.size:,}", f"{b.execute.built.size:,}", f"{b.life:,.0f}"]
        for count, b in batches.items()
    ]
    yield "Sizes in bytes, with nothing else in the queue (depth 10, half buys, half sales):"
    yield table(head, rows)
    busy = replace(start.pool, queue=Queue(10))
    for number in range(75):
        user = PrivateKey(sha256(b"busy %d" % number))
        action = ticketed.Action(ticketed.BUY, 5, 0, user.public_key_hash, bytes(16))
        coin = fund(f"busy {number}", user, 100_000)
        made = ticketed.make_ticket(scripts, action, DEADLINE, funding(user, coin))
        fee = funding(BUILDER, fund(f"fee {number}", BUILDER, 100_000))
        busy = ticketed.sequence(busy, [made.ticket], HEIGHT, fee).pool
    behind = ticketed.sequence(
        busy, [run_ticket(busy, number) for number in range(16)], HEIGHT, funding(BUILDER)
    )
    few = new_pool().pool
    by_default = {count: run_batch(few, count) for count in (1, 2, 4, 8)}
    wide = run_batch(new_pool(depth=4, tip=1_175).pool, 16)
    head = ["orders in a batch", "places", "sequence", "execute", "life of an order", "price"]
    rows = [
        [
            str(count),
            str(places),
            *(f"{each.built.size:,}" for each in (b.sequence, b.execute)),
            f"{b.life:,.0f}",
            f"{b.price:,}",
        ]
        for places, sized in ((8, by_default), (16, {16: wide}))
        for count, b in sized.items()
    ]
    yield (
        "The same in pools of few places, and the most satoshis that a trade costs its user in"
        " fees and tips, at 1 satoshi per byte:"
    )
    yield table(head, rows)
    yield (
        f"The same sequence of 16 tickets behind 75 waiting orders, with siblings in the proof: "
        f"{behind.built.size:,} bytes."
    )
    sixteen = batches[16]
    rows = [
        row("genesis", start.built),
        row("sequence, 16 tickets", sixteen.sequence.built),
        row("execute, 16 orders", sixteen.execute.built),
        row("sequence, 100 tickets", batches[100].sequence.built),
        row("execute, 100 orders", batches[100].execute.built),
        *life_rows(sixteen.execute.pool),
    ]
    yield "Costs in standard mode, for the input that uses most of its budget:"
    yield table(COSTS, rows)


def run_ticket(pool: ticketed.Pool, number: int) -> ticketed.Ticket:
    """One more ticket."""
    user = PrivateKey(sha256(b"late %d" % number))
    action = ticketed.Action(ticketed.BUY, 5, 0, user.public_key_hash, bytes(16))
    coin = fund(f"late {number}", user, 100_000)
    return ticketed.make_ticket(pool.scripts, action, DEADLINE, funding(user, coin)).ticket


def life_rows(pool: ticketed.Pool) -> Iterator[list[str]]:
    """The rarer transactions."""
    fee = funding(BUILDER, fund("fee", BUILDER, 100_000))
    one = ticketed.sequence(pool, [run_ticket(pool, 0)], HEIGHT, fee)
    gone = ticketed.expire(one.pool, HEIGHT + 20, funding(BUILDER))
    yield row("expire", gone.built)
    own = funding(PROVIDER, fund("own", PROVIDER, 1_000_000))
    yield row("close", ticketed.set_closed(gone.pool, PROVIDER, own).built)
    yield row("exit", ticketed.exit_pool(gone.pool, PROVIDER, funding(PROVIDER)).built)


def measure_direct() -> Iterator[str]:
    """The tables of the direct profile."""
    scripts, life = direct_life()
    rows = [["pool", str(len(scripts.pool.code))], ["vault", str(len(scripts.vault.code))]]
    yield table(["script", "bytes"], rows)
    yield "Bytes, and costs in standard mode of 2025 for the input that uses most of its budget:"
    yield table(COSTS, [row(name, made) for name, made in life.items()])


def measure_cpmm() -> Iterator[str]:
    """The tables of the plain pool."""
    parameters = cpmm.Parameters(TOKENS, PROVIDER.public_key_hash)
    own = (fund("own", PROVIDER, 20_000_000_000), fund("tokens", PROVIDER, 2_000, RESERVES.tokens))
    start = cpmm.genesis(parameters, RESERVES, funding(PROVIDER, *own))
    user = PrivateKey(sha256(b"user"))
    buy = cpmm.swap(
        start.market, ticketed.BUY, 1_000_000, funding(user, fund("buy", user, 2_000_000))
    )
    sale = cpmm.swap(
        start.market, ticketed.SELL, 1_000, funding(user, fund("sale", user, 9_000, 1_000))
    )
    yield table(["script", "bytes"], [["pool", str(len(parameters.contract.code))]])
    yield "Bytes, and costs in standard mode for the input that uses most of its budget:"
    rows = [row("genesis", start.built), row("swap, a buy", buy.built)]
    rows.append(row("swap, a sale", sale.built))
    yield table(COSTS, rows)


def list_checks(folder: str, test: str, *names: str) -> Iterator[str]:
    """Every check, why it is there, and the test that fails without it."""
    for name in names:
        found = checks_in(load_source(f"{folder}/{name}"), name)
        rows = [[f"`{check.name}`", str(check.line), check.opcode, check.why] for check in found]
        yield f"`{name}.cashasm`: `{test}` takes each check out and shows an attack that passes."
        yield table(["check", "line", "instruction", "why"], rows, numbers=1)


@dataclass(frozen=True)
class Page:
    """What a page shows between its markers."""

    figures: Callable[[], Iterator[str]]
    checks: Callable[[], Iterator[str]]


TICKETED = ("ticket", "order", "pool", "queue", "vault", "owner")
EPOCHS = ("ticket", "slot", "order", "pool", "append", "vault", "settle", "turn", "owner")
PAGES = {
    "sequenced_amm/ticketed": Page(
        measure_ticketed,
        lambda: list_checks("sequenced_amm/ticketed", "test_ticketed_checks", *TICKETED),
    ),
    "sequenced_amm/epochs": Page(
        measure_epochs,
        lambda: list_checks("sequenced_amm/epochs", "test_epochs_checks", *EPOCHS),
    ),
    "sequenced_amm/direct": Page(
        measure_direct,
        lambda: list_checks("sequenced_amm/direct", "test_direct_checks", "pool", "vault"),
    ),
    "cpmm": Page(measure_cpmm, lambda: list_checks("cpmm", "test_cpmm", "pool")),
    **{
        each.name: Page(partial(example_figures, each), partial(example_checks, each))
        for each in EXAMPLES
    },
    "cashscript/stream": Page(stream_figures, stream_checks),
    "cashscript/sequenced_amm": Page(sequenced_figures, partial(requirements, SEQUENCED)),
}


def page_with_figures(folder: str) -> str:
    """The page of a folder with its figures and checks measured anew."""
    page = PAGES[folder]
    text = (CONTRACTS / folder / "README.md").read_text(encoding="utf-8")
    for name, parts in (("figures", page.figures()), ("checks", page.checks())):
        made = "\n\n".join(parts)
        text = re.sub(
            rf"(<!-- {name}: scripts/measure -->\n).*?(<!-- end -->)",
            lambda match, made=made: f"{match[1]}\n{made}\n\n{match[2]}",  # type: ignore[misc]
            text,
            flags=re.DOTALL,
        )
    return text


def main() -> int:
    """Write the pages, and print what depends on the machine."""
    for folder in PAGES:
        text = page_with_figures(folder)
        (CONTRACTS / folder / "README.md").write_text(text, encoding="utf-8")
        print(f"contracts/{folder}/README.md written")
    pool = new_pool(depth=10).pool
    tickets = [run_ticket(pool, number) for number in range(16)]
    best = float("inf")
    for _ in range(20):
        start = perf_counter()
        ticketed.sequence(pool, tickets, HEIGHT, funding(BUILDER))
        best = min(best, perf_counter() - start)
    print(f"building and verifying a sequence of 16 tickets: {1000 * best:.1f} ms")
    queue = Queue(10).append([bytes([1]) * 32] * 1000)
    start = perf_counter()
    for at in range(900):
        queue.proof(at, 16)
    print(f"a proof in a queue of 2^10: {(perf_counter() - start) / 900 * 1e6:.0f} us")
    start = perf_counter()
    Queue(20).append([bytes([1]) * 32] * (1 << 20))
    print(f"a queue of 2^20 orders: {perf_counter() - start:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
