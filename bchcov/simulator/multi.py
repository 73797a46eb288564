"""`multi`: a race of users on the session's own pool and, for comparison, on separate ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..amm.action import BUY
from ..errors import CommandError
from ..race import Race, Result, Settings
from ..race.orders import UserOrder
from ..race.stage import Stage
from ..race.world import user_key
from .accounts import TOKENS, Accounts
from .answer import Answer
from .any_pool import AnyPool
from .clearing import clear_queue
from .parsing import (
    plural,
    read_count,
    show_amount,
    show_bch,
    show_tokens,
)

__all__ = ["race_users"]

_MOST_USERS = 1_000
# The pools that the simulator has, and the plain one.
_COMPARED = ("cpmm", "direct", "ticketed")
_MOST_BLOCKS = 10_000
# They all come within about six seconds, so that they meet.
_CROWD = 100


def race_users(
    accounts: Accounts,
    pool: AnyPool,
    written: str,
    seed: int,
    check_interrupt: Callable[[], None],
) -> Answer:
    """Race users on this pool and on others; `written` is their number as it was typed.

    Their transactions stay on the chain, but `pool` has not followed them yet.
    `check_interrupt` is called after each event. Raises CommandError.
    """
    count = read_count(written, _MOST_USERS, "users")
    seed = _unused(accounts, seed)
    first = len(accounts.chain.blocks)
    if pool.followed.is_open and getattr(pool.followed.pool.state, "closed", False):
        raise CommandError("the pool is closed: it takes no tickets")
    before = clear_queue(pool, accounts, check_interrupt)
    here = pool.followed.pool
    reserves = here.state.reserves
    settings = Settings(
        seed=seed,
        users=count,
        arrivals_per_block=count * _CROWD,
        miner_share=0.0,
        tolerance=1.0,
        max_blocks=_MOST_BLOCKS,
    )
    chain = accounts.chain
    races, results = {}, {}
    for name in (pool.profile, *(each for each in _COMPARED if each != pool.profile)):
        stage = Stage(reserves=reserves, tokens=TOKENS)
        if name == pool.profile:
            stage = Stage(reserves=reserves, tokens=TOKENS, chain=chain, pool=here)
        races[name] = Race(settings, name, stage=stage)
        results[name] = races[name].run(check_interrupt)
        if results[name].open:
            left = plural(results[name].open, "order")
            raise CommandError(f"after {_MOST_BLOCKS:,} blocks {left} would still be waiting")
    own = races[pool.profile]
    after = own.model.reserves
    ways = {name: race.model.user_orders for name, race in races.items()}
    users = [_user(number, own, ways) for number in range(count)]
    rows = [_headings(pool.profile, list(races)), *(_row(user, list(races)) for user in users)]
    buyers = sum(user["direction"] == "buy" for user in users)
    lines = [
        f"{plural(count, 'user')} on this pool, blocks {chain.blocks[first].height} to"
        f" {chain.height}: {buyers} buying, {count - buyers} selling",
        f"reserves  {show_bch(reserves.bch)}, {show_tokens(reserves.tokens)} before",
        f"          {show_bch(after.bch)}, {show_tokens(after.tokens)} after",
    ]
    if before:
        lines.insert(0, f"{plural(len(before), 'order')} in the queue went first")
    lines += [
        _tell(name, result, ways[name], name == pool.profile) for name, result in results.items()
    ]
    batches = getattr(races["ticketed"].model, "batches", [])
    lines.append(f"ticketed queued them in batches of {', '.join(map(str, batches))}")
    data = {
        "seed": seed,
        "pool": pool.profile,
        "users": users,
        "batches": batches,
        "went_first": [each.hex() for each in before],
        "reserves": [{"bch": each.bch, "tokens": str(each.tokens)} for each in (reserves, after)],
        "blocks": [chain.blocks[first].height, chain.height],
    }
    return Answer(True, tuple(lines), data, tuple(rows))


def _unused(accounts: Accounts, seed: int) -> int:
    """Return the first seed, from this one on, whose users have no coins on the chain.

    So nobody starts with coins of an earlier race, or commits to the same action again.
    """
    while accounts.chain.coins(user_key(seed, 0).locking_bytecode):
        seed += 1
    return seed


def _user(number: int, own: Race, ways: dict[str, list[UserOrder]]) -> dict[str, Any]:
    intent = own.world.intents[number]
    coins = own.world.user_coins[number]
    told: dict[str, Any] = {
        "user": number,
        "direction": "buy" if intent.direction == BUY else "sell",
        "amount_in": str(intent.amount_in),
        "seconds": round(intent.time, 1),
        "funded": {
            "txid": coins[0].txid,
            "satoshis": sum(coin.value for coin in coins),
            "tokens": str(sum(coin.token.amount for coin in coins if coin.token is not None)),
        },
    }
    for name, user_orders in ways.items():
        (way,) = [each for each in user_orders if each.intent.number == number]
        told[name] = {
            "conflicts": way.conflicts,
            "blocks": way.blocks,
            "status": way.status,
            "got": str(way.got),
        }
    return told


def _headings(profile: str, names: list[str]) -> tuple[str, ...]:
    counted = [f"{name}: conflicts, blocks" for name in names]
    return ("user", "funded with", "swaps", f"{profile}: gets", *counted)


def _row(user: dict[str, Any], names: list[str]) -> tuple[str, ...]:
    funded, way = user["funded"], user[names[0]]
    has = show_bch(funded["satoshis"])
    if int(funded["tokens"]):
        has += f", {show_tokens(int(funded['tokens']))}"
    into, out = (1, 0) if user["direction"] == "buy" else (0, 1)
    swaps = show_amount(int(user["amount_in"]), 1 if into else 0)
    got = (
        show_amount(int(way["got"]), 1 if out else 0)
        if way["status"] == "filled"
        else way["status"]
    )
    counted = [f"{user[name]['conflicts']}, {user[name]['blocks']}" for name in names]
    return (str(user["user"]), has, swaps, got, *counted)


def _tell(pool: str, result: Result, user_orders: list[UserOrder], is_here: bool) -> str:
    lost = [str(each.intent.number) for each in user_orders if each.conflicts]
    some = f"user{'s' if len(lost) > 1 else ''} {', '.join(lost)}"
    if len(lost) > 12:
        some = f"{len(lost)} users"
    who = f"{some} lost the pool's coin to others" if lost else "nobody conflicted"
    where = "this pool" if is_here else "for comparison"
    return (
        f"{pool} ({where}): {result.settled} of {plural(result.users, 'order')} executed in"
        f" {plural(result.blocks, 'block')} ({result.seconds:.0f} s),"
        f" {plural(result.conflicts, 'conflict')}: {who}"
    )
