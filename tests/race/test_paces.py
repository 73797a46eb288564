"""Races under drafts of faster blocks and of Tailstorm, beside those of today."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from bchcov import SettingsError
from bchcov.race import POOLS, Race, Settings, run_race
from bchcov.race.compare import put_together
from bchcov.race.settings import ATTACKERS
from bchcov.race.sweep import Run

MINUTE = {"block_seconds": 60.0, "max_blocks": 4_000}
TAILSTORM = {"sub_blocks": 10, "max_blocks": 4_000}
DRAFTS = [pytest.param(MINUTE, id="minute"), pytest.param(TAILSTORM, id="Tailstorm")]


def draft(changes: Mapping[str, float], **more: object) -> Settings:
    return Settings(**{"users": 20, "seed": 3} | dict(changes) | more)  # type: ignore[arg-type]


def test_races_of_today_are_what_they_were_before_there_were_drafts() -> None:
    """Filled, unfilled, gave up, expired, conflicts, blocks, seconds, candidates, take, waits."""
    expected = {
        "cpmm": (29, 0, 1, 0, 10, 1, 1275.0, 0, 0, 29),
        "direct": (25, 5, 0, 0, 27, 14, 9071.0, 34, 0, 96),
        "ticketed": (26, 4, 0, 0, 0, 12, 7675.0, 42, 0, 183),
        "epochs": (18, 12, 0, 0, 0, 5, 4846.0, 0, 0, 150),
    }
    for pool in POOLS:
        found = run_race(Settings(users=30, seed=4, griefers=1), pool)
        names = "filled unfilled gave_up expired conflicts blocks seconds candidates miner_take"
        figures = [getattr(found, name) for name in names.split()]
        assert (*figures, sum(found.waits)) == expected[pool], pool
        assert found.draft == ""


@pytest.mark.parametrize("pool", POOLS)
def test_tailstorm_with_one_sub_block_is_a_race_of_plain_blocks(pool: str) -> None:
    for seconds in (600.0, 60.0):
        plain = Race(Settings(users=15, seed=2, block_seconds=seconds), pool)
        parts = Race(Settings(users=15, seed=2, block_seconds=seconds, sub_blocks=1), pool)
        assert plain.run() == parts.run()
        assert plain.history() == parts.history()


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("changes", DRAFTS)
def test_the_same_users_come_at_the_same_times_under_each_draft(
    changes: Mapping[str, float], pool: str
) -> None:
    one, other = (Race(each, pool) for each in (draft({}), draft(changes)))
    assert one.world.intents == other.world.intents
    today, faster = one.run(), other.run()
    assert faster.draft.startswith("draft: ")
    assert faster.open == 0
    gaps = [b.time - a.time for a, b in pairwise(other.world.chain.blocks[other.start_block :])]
    assert not gaps or np.mean(gaps) < 120
    # Payouts are counted from the wish, to the second of the block that confirmed them.
    assert len(faster.payouts) == len(faster.waits) == faster.settled
    assert min(faster.payouts) > 0
    if pool != "epochs":
        assert faster.payout(50) < today.payout(50) / 2
    else:
        # Its window is a relative lock, which takes as long as before.
        assert faster.payout(50) > 3 * 600


@pytest.mark.parametrize("changes", DRAFTS)
def test_scripts_refuse_a_miner_of_drafts_as_they_do_today(changes: Mapping[str, float]) -> None:
    tried = 0
    for pool in ("direct", "ticketed"):
        for seed in range(2):
            found = run_race(draft(changes, users=30, seed=seed), pool)
            assert found.refused == found.candidates
            assert (found.miner_take, found.expired, found.open) == (0, 0, 0)
            tried += found.candidates
    assert tried > 10
    assert sum(run_race(draft(changes, users=40, seed=s), "cpmm").miner_take for s in range(4)) > 0


@pytest.mark.parametrize("changes", DRAFTS)
def test_a_silent_order_keeps_the_head_for_as_long_as_today(changes: Mapping[str, float]) -> None:
    """A deadline is a height on the ten-minute scale, whatever the blocks."""
    for pool, blocks in (("ticketed", 4), ("direct", 12)):
        race = Race(draft(changes, seed=3, users=3, griefers=1, miner_share=0), pool)
        assert race.world.intents[0].is_silent
        assert race.run().bonds_lost == 1
        silent = race.model.user_orders[0]
        kept = race.world.chain.scale.age(silent.height, silent.height + silent.blocks)
        # A height is rounded down, so up to one of ten minutes less; and a block is to spare.
        assert blocks - 1 <= kept <= blocks + 1


@pytest.mark.parametrize("changes", DRAFTS)
@pytest.mark.parametrize("name", sorted(ATTACKERS))
def test_attackers_act_under_drafts(name: str, changes: Mapping[str, float]) -> None:
    if name == "reorganiser" and "sub_blocks" in changes:
        return
    budget = {"attacker_budget": 300_000, "volatility": 0.01}
    settings = draft(changes, users=8, attacker=name, miner_share=0.3, **budget)
    for pool in ATTACKERS[name]:
        found = run_race(settings, pool)
        assert found.open == 0
        assert found.attacker == name


def test_ten_confirmations_of_a_minute_make_users_wait_for_ten_minutes_of_work() -> None:
    quick, sure = (
        run_race(draft(MINUTE, confirmations=count, users=8), "ticketed") for count in (1, 10)
    )
    assert quick.settled == sure.settled == 8
    assert min(sure.payouts) > 300 > min(quick.payouts)


def test_what_a_block_is_worth_and_how_far_prices_move_goes_with_its_time() -> None:
    assert Settings().block_worth == 312_500_000
    assert Settings(block_seconds=60).block_worth == 31_250_000
    assert Settings(sub_blocks=10).block_worth == 31_250_000
    spread = {}
    for name, seconds in (("today", 600.0), ("minute", 60.0)):
        world = Race(Settings(users=0, volatility=0.01, block_seconds=seconds), "cpmm").world
        prices = []
        for _ in range(2_000):
            before = world.worth(0, 10**15)
            world.move_price()
            prices.append(np.log(world.worth(0, 10**15) / before))
        spread[name] = float(np.std(prices))
    assert spread["today"] == pytest.approx(0.01, rel=0.1)
    assert spread["minute"] == pytest.approx(0.01 / 10**0.5, rel=0.1)


def test_a_row_of_a_draft_says_so() -> None:
    settings = draft(TAILSTORM, users=4)
    results = [(Run(settings, pool), run_race(settings, pool)) for pool in ("cpmm", "epochs")]
    for row in put_together(results):
        assert row.draft == "draft: Tailstorm, a block of 10 sub-blocks in 600 seconds"
        assert 0 < row.payout_median <= row.payout_95
    told = json.loads(json.dumps(results[0][1].as_dict()))
    assert told["draft"] == settings.pace.draft
    assert told["payout_median"] == round(results[0][1].payout(50), 1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"block_seconds": 0}, "block_seconds 0 is out of range: expected 1 to"),
        ({"block_seconds": -1.0}, "block_seconds -1.0 is out of range"),
        ({"block_seconds": float("nan")}, "block_seconds nan is out of range"),
        ({"block_seconds": float("inf")}, "block_seconds inf is out of range"),
        ({"block_seconds": 1e300}, "is out of range"),
        ({"block_seconds": 60.5}, "block_seconds 60.5 is invalid: expected whole seconds"),
        ({"sub_blocks": 0}, "sub_blocks 0 is out of range: expected 1 to 100"),
        ({"sub_blocks": 10**9}, "sub_blocks 1000000000 is out of range"),
        ({"sub_blocks": float("nan")}, "sub_blocks nan is out of range"),
        ({"sub_blocks": 2.5}, "sub-blocks must be an int"),
        ({"sub_blocks": 7}, "7 sub-blocks do not divide 600 seconds"),
        (
            {"sub_blocks": 2, "attacker": "reorganiser"},
            "attacker reorganiser withholds blocks: expected sub_blocks 1, not 2",
        ),
    ],
)
def test_a_block_time_that_means_nothing_is_refused(wrong: dict[str, float], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        replace(Settings(), **wrong)  # type: ignore[arg-type]
