"""Honest transactions of the pool of epochs, one of every kind that its lives have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pool_lives import (
    BUILDER,
    BUYER,
    SELLER,
    Honest,
    funded,
    taken_home,
    with_change,
    with_savings,
)
from support.epochs_world import RESERVES, World, default_action, held_by
from support.ticketed_world import PROVIDER, Draft, action, user

from bchcov.amm.action import BUY, Action
from bchcov.amm.epochs.pool import Pool

__all__ = ["EpochsLives", "epochs_lives"]

BOUGHT, SOLD = default_action(0), default_action(1)
IN_PART = action(0, BUY, 10**9, 9 * 10**11)
MISSED = action(1, BUY, 1_000_000, 10**12)


@dataclass(frozen=True)
class EpochsLives:
    """Honest transactions, and the pools that they find, each with its epochs."""

    honest: tuple[Honest, ...]
    pools: tuple[Pool, ...]


def epochs_lives(sources: Mapping[str, str]) -> EpochsLives:
    """What users of the pool of epochs do."""
    world = with_savings(World(sources))
    two = (BOUGHT, SOLD)
    waiting, revealing = with_savings(world.waiting(*two)), with_savings(world.revealing(*two))
    three = with_savings(world.revealing(*two, default_action(2), sizes=[2, 1]))
    partly = with_savings(world.revealing(IN_PART, MISSED))
    both = with_savings(revealing.waiting(default_action(2)))
    shut = with_savings(world.at(replace(world.pool.state, closed=True)))

    def built(draft: Draft) -> Honest:
        """Let the builder pay the fee with a coin behind all others."""
        return funded(draft, len(draft.spends), BUILDER, value=20_000)

    def appended(there: World, *numbers: int) -> Honest:
        tickets = [there.ticket(at, default_action(at), value=12_500) for at in numbers]
        return there.append(tickets).finish()

    def revealed(there: World, each: Action) -> Honest:
        sells = 0 if each.direction == BUY else each.amount_in
        key = SELLER if sells else BUYER
        return funded(there.reveal(each), 1, key, value=1_200_000, tokens=sells)

    def refund(kind: str) -> Honest:
        draft = held_by(world, 0, kind)
        draft.outputs = []
        return with_change(draft, user(0))

    def owned(there: World, **changes: int | bool) -> Honest:
        made = there.owned(replace(there.pool.state, collected=0, **changes))  # type: ignore[arg-type]
        return funded(made, len(made.spends), PROVIDER, value=20_000_000_000, tokens=1_000)

    closing = funded(waiting.close(), 2, PROVIDER, value=20_000)
    honest = (
        appended(world, 0, 1),
        appended(waiting, 2),
        appended(revealing, 2, 3),
        built(waiting.turn()),
        built(both.turn()),
        revealed(revealing, BOUGHT),
        revealed(world.revealing(SOLD, BOUGHT), SOLD),
        built(revealing.settle(*two)),
        built(three.settle(BOUGHT, SOLD, None)),
        built(both.settle(None, SOLD)),
        built(partly.settle(IN_PART, MISSED)),
        closing,
        owned(world, closed=True),
        owned(shut, closed=False),
        owned(world, bch_reserve=RESERVES.bch * 2, token_reserve=RESERVES.tokens + 1_000),
        taken_home(world.exit(), 2),
        refund("ticket"),
        refund("order"),
    )
    pools = [each.pool for each in (world, waiting, revealing, three, partly, both, shut)]
    found = list(pools)
    for transaction, coins in honest:
        for pool in pools:
            if pool.coin.output in coins:
                after, _ = pool.follow(transaction, coins)
                if after is not None:
                    found.append(after)
    return EpochsLives(honest, tuple(found))
