"""Write the transactions of all profiles, and attacks on them, as tests for any engine.

The lives are lived on the emulated chain; the attacks are those of the tests. What stands
in `vectors/sequenced_amm` is what this writes: a test compares it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support.direct_world import ATTACKS as DIRECT_ATTACKS  # noqa: E402
from support.direct_world import DirectWorld  # noqa: E402
from support.epochs_attacks import ATTACKS as EPOCHS_ATTACKS  # noqa: E402
from support.epochs_world import World as EpochsWorld  # noqa: E402
from support.ticketed_attacks import ATTACKS as TICKETED_ATTACKS  # noqa: E402
from support.ticketed_world import World  # noqa: E402

from bchcov import BCH_2025, BCH_2026, Output, RuleSet, Token, Transaction, verify  # noqa: E402
from bchcov.amm import direct, epochs, ticketed  # noqa: E402
from bchcov.amm.action import BUY, SELL, Action, Direction  # noqa: E402
from bchcov.chain import Chain  # noqa: E402
from bchcov.crypto.hashes import sha256  # noqa: E402
from bchcov.formats.verify_lines import verify_line  # noqa: E402
from bchcov.formats.vmb import VmbRow, vmb_rows  # noqa: E402
from bchcov.wallet import BuiltTransaction, P2pkhUnlocker, PrivateKey, Spend  # noqa: E402
from bchcov.wallet.funding import Funding  # noqa: E402

FOLDER = ROOT / "vectors" / "sequenced_amm"
TOKENS = sha256(b"the tokens that trade")
PROVIDER = PrivateKey(sha256(b"provider"))
BUILDER = PrivateKey(sha256(b"builder"))
USERS = [PrivateKey(sha256(b"user %d" % number)) for number in range(5)]
RESERVES = ticketed.Reserves(10_000_000_000, 5_000_000)
SILENT = 3

Told = list[tuple[str, Transaction, tuple[Output, ...]]]


class Life:
    """A chain on which everything that is submitted is told."""

    def __init__(self, rules: RuleSet) -> None:
        self.chain = Chain(rules, height=1_000)
        self.told: Told = []

    def run(self, what: str, built: BuiltTransaction) -> None:
        self.chain.submit(built.transaction).require()
        self.told.append((what, built.transaction, built.source_outputs))

    def spend(self, key: PrivateKey, value: int, token: Token | None = None) -> Spend:
        (coin,) = self.chain.fund(Output(value, key.locking_bytecode, token))
        return Spend(coin, P2pkhUnlocker(key))

    def funding(self, key: PrivateKey, value: int = 0, tokens: int = 0) -> Funding:
        if not value:
            return Funding(key.locking_bytecode)
        coins = [self.spend(key, value)]
        if tokens:
            coins.append(self.spend(key, 1_000, Token(TOKENS, tokens)))
        return Funding(key.locking_bytecode, coins)

    def genesis(self) -> tuple[Spend, Funding]:
        first = self.spend(PROVIDER, RESERVES.bch + 1_000_000)
        stock = self.spend(PROVIDER, 2_000, Token(TOKENS, RESERVES.tokens))
        return first, Funding(PROVIDER.locking_bytecode, [stock])

    def funds(self, key: PrivateKey, action: Action) -> Funding:
        tokens = action.amount_in if action.direction == SELL else 0
        return self.funding(key, 500_000_000, tokens)


def actions(category: bytes) -> list[Action]:
    """Buys and sales, one of which asks for too much."""
    wanted: list[tuple[Direction, int, int]] = [
        (BUY, 100_000_000, 45_000),
        (SELL, 20_000, 1),
        (BUY, 50_000_000, 50_000_000),
        (SELL, 10_000, 0),
        (BUY, 1_000, 1),
    ]
    return [
        Action(way, amount, least, key.public_key_hash, ticketed.derive_salt(key, category, 0))
        for key, (way, amount, least) in zip(USERS, wanted, strict=True)
    ]


def live_ticketed() -> Told:
    """Every kind of transaction of the ticketed profile."""
    life = Life(BCH_2026)
    chain, (first, stock) = life.chain, life.genesis()
    category = first.coin.outpoint_hash
    parameters = ticketed.Parameters(
        pool_category=category, token_category=TOKENS, owner=PROVIDER.public_key_hash
    )
    step = ticketed.genesis(parameters, RESERVES, first, stock)
    life.run("genesis", step.built)
    scripts, builder = step.pool.scripts, life.funding(BUILDER)
    by_hash = {each.hash: (each, key) for each, key in zip(actions(category), USERS, strict=True)}
    tickets: list[ticketed.Ticket] = []
    for action, key in by_hash.values():
        deadline = chain.height + parameters.max_wait
        made = ticketed.make_ticket(scripts, action, deadline, life.funding(key, 100_000))
        life.run("ticket", made.built)
        tickets.append(made.ticket)
    unwanted = ticketed.make_ticket(scripts, action, deadline, life.funding(key, 100_000))
    life.run("ticket, to be refunded", unwanted.built)
    chain.advance(parameters.refund_delay)
    back = ticketed.refund(scripts, unwanted.ticket, key, life.funding(key))
    life.run("refund of a ticket", back)
    step = ticketed.sequence(step.pool, tickets, chain.height, builder)
    life.run("sequence of five", step.built)
    orders = []
    for entry in step.pool.entries:
        action, key = by_hash[entry.action_hash]
        order = ticketed.make_order(scripts, action, entry, life.funds(key, action))
        if entry.index != SILENT:
            life.run(f"order of place {entry.index}", order.built)
        else:
            late = order
        orders.append(order.order)
    step = ticketed.execute(step.pool, orders[:SILENT], builder)
    life.run("execute of three", step.built)
    entry = step.pool.entries[0]
    due = max(entry.deadline, chain.height + parameters.grace)
    chain.advance(due - chain.height)
    step = ticketed.expire(step.pool, chain.height, builder)
    life.run("expire", step.built)
    step = ticketed.execute(step.pool, orders[SILENT + 1 :], builder)
    life.run("execute of one", step.built)
    life.run("order of a place that has expired", late.built)
    chain.advance(parameters.order_refund_delay)
    _, key = by_hash[late.order.action.hash]
    back = ticketed.refund(scripts, late.order, key, life.funding(key))
    life.run("refund of an order", back)
    own = life.funding(PROVIDER, 200_000_000, 100_000)
    step = ticketed.set_closed(step.pool, PROVIDER, own)
    life.run("close", step.built)
    chain.advance(parameters.notice)
    reserves = step.pool.state.reserves
    more = ticketed.Reserves(reserves.bch + 1_000_000, reserves.tokens + 500)
    step = ticketed.change_reserves(step.pool, more, PROVIDER, life.funding(PROVIDER, 10**7, 1_000))
    life.run("change of the reserves", step.built)
    step = ticketed.exit_pool(step.pool, PROVIDER, life.funding(PROVIDER))
    life.run("exit", step.built)
    return life.told


def live_epochs() -> Told:
    """Every kind of transaction of the epochs profile; one order is silent, one filled in part."""
    life = Life(BCH_2026)
    chain, (first, stock) = life.chain, life.genesis()
    category = first.coin.outpoint_hash
    parameters = epochs.Parameters.for_reserve(
        RESERVES.bch,
        pool_category=category,
        token_category=TOKENS,
        owner=PROVIDER.public_key_hash,
    )
    step = epochs.genesis(parameters, RESERVES, first, stock)
    life.run("genesis", step.built)
    scripts, builder = step.pool.scripts, life.funding(BUILDER, 1_000_000)
    wanted = actions(category)
    wanted[0] = replace(wanted[0], min_out=49_400)
    keys = dict(zip(wanted, USERS, strict=True))
    tickets = []
    for action, key in keys.items():
        made = epochs.make_ticket(scripts, action, life.funding(key, 100_000))
        life.run("ticket", made.built)
        tickets.append(made.ticket)
    unwanted = epochs.make_ticket(scripts, action, life.funding(key, 100_000))
    life.run("ticket, to be refunded", unwanted.built)
    chain.advance(parameters.refund_delay)
    back = epochs.refund(scripts, unwanted.ticket, key, life.funding(key))
    life.run("refund of a ticket", back)

    def built(what: str, step: epochs.Step) -> epochs.Step:
        life.run(what, step.built)
        chain.advance(1)
        return step

    def reveal(action: Action, place: int) -> epochs.Order:
        slot = list(step.pool.current)[place]
        order = epochs.make_order(scripts, action, slot, life.funds(keys[action], action))
        life.run(f"order of place {place}", order.built)
        return order.order

    step = built("append of three", epochs.sequence(step.pool, tickets[:3], builder))
    fee = life.funding(BUILDER, 1_000_000)
    step = built("append of two", epochs.sequence(step.pool, tickets[3:], fee))
    chain.advance(parameters.window)
    fee = life.funding(BUILDER, 1_000_000)
    step = built("turn", epochs.turn(step.pool, fee))
    orders = [reveal(action, at) for at, action in enumerate(wanted) if at != SILENT]
    # Another epoch meanwhile: it will be abandoned.
    late = epochs.make_ticket(scripts, wanted[1], life.funding(USERS[1], 100_000))
    life.run("ticket for the next epoch", late.built)
    fee = life.funding(BUILDER, 1_000_000)
    step = built("append of one", epochs.sequence(step.pool, [late.ticket], fee))
    chain.advance(parameters.window)
    fee = life.funding(BUILDER, 1_000_000)
    step = built("settlement of four and a silent one", epochs.execute(step.pool, orders, fee))
    order = reveal(wanted[1], 0)
    own = life.funding(PROVIDER, 200_000_000, 100_000)
    step = built("close while an order waits", epochs.set_closed(step.pool, PROVIDER, own))
    chain.advance(parameters.abandon)
    fee = life.funding(BUILDER, 1_000_000)
    step = built("turn that abandons an epoch", epochs.turn(step.pool, fee))
    chain.advance(parameters.order_delay)
    back = epochs.refund(scripts, order, USERS[1], life.funding(USERS[1], 10_000))
    life.run("refund of an order", back)
    reserves = step.pool.state.reserves
    more = epochs.Reserves(reserves.bch + 1_000_000, reserves.tokens + 500)
    own = life.funding(PROVIDER, 10**7, 1_000)
    step = built("change of the reserves", epochs.change_reserves(step.pool, more, PROVIDER, own))
    step = epochs.exit_pool(step.pool, PROVIDER, life.funding(PROVIDER))
    life.run("exit", step.built)
    return life.told


def live_direct() -> Told:
    """Every kind of transaction of the direct profile."""
    life = Life(BCH_2025)
    chain, (first, stock) = life.chain, life.genesis()
    category = first.coin.outpoint_hash
    parameters = direct.Parameters(
        pool_category=category, token_category=TOKENS, owner=PROVIDER.public_key_hash
    )
    step = direct.genesis(parameters, RESERVES, first, stock)
    life.run("genesis", step.built)
    wanted = actions(category)
    for action, key in zip(wanted, USERS, strict=True):
        deadline = chain.height + parameters.max_wait
        funding = life.funding(key, 100_000)
        step = direct.commit(step.pool, action, deadline, chain.height, funding)
        life.run("commit", step.built)
    for number, (action, key) in enumerate(zip(wanted, USERS, strict=True)):
        if number == SILENT:
            chain.advance(step.pool.entries[0].deadline - chain.height)
            step = direct.expire(step.pool, chain.height, life.funding(BUILDER))
            life.run("expire", step.built)
            continue
        step = direct.reveal(step.pool, action, life.funds(key, action))
        life.run("reveal", step.built)
    step = direct.exit_pool(step.pool, PROVIDER, life.funding(PROVIDER))
    life.run("exit", step.built)
    return life.told


def refusals(attacks: Mapping[tuple[str, str], Any], world: Any, rules: RuleSet) -> list[VmbRow]:
    """Each attack as a row: the input that script refuses."""
    rows: list[VmbRow] = []
    for (contract, check), attack in attacks.items():
        transaction, sources = attack(world).finish()
        verdict = verify(transaction, sources, rules, scripts_only=True)
        assert verdict.error is not None
        assert verdict.error.input is not None
        what = f"{contract}: what the check [{check}] refuses"
        rows += vmb_rows(transaction, sources, what, inputs=[verdict.error.input])
    return rows


def lines_of(rows: Sequence[VmbRow]) -> str:
    return "[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n"


def make_files() -> dict[str, str]:
    """What belongs into the folder, by path."""
    files = {}
    profiles = (
        ("ticketed", BCH_2026, live_ticketed(), TICKETED_ATTACKS, World()),
        ("epochs", BCH_2026, live_epochs(), EPOCHS_ATTACKS, EpochsWorld()),
        ("direct", BCH_2025, live_direct(), DIRECT_ATTACKS, DirectWorld()),
    )
    for name, rules, told, attacks, world in profiles:
        folder, rows = rules.name.lower(), refusals(attacks, world, rules)
        honest: list[VmbRow] = []
        lines = []
        for what, transaction, sources in told:
            what = f"{name}: {what}"
            honest += vmb_rows(transaction, sources, what)
            lines.append(verify_line(transaction, sources, rules, name=what))
        files[f"{folder}_standard/{name}.life.vmb_tests.json"] = lines_of(honest)
        files[f"{folder}_invalid/{name}.attacks.vmb_tests.json"] = lines_of(rows)
        files[f"{name}.life.jsonl"] = "".join(json.dumps(line) + "\n" for line in lines)
    return files


def main() -> None:
    """Write the files."""
    for name, text in make_files().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {len(text):,} bytes")


if __name__ == "__main__":
    main()
