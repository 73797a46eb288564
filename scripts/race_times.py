"""The table of docs/block-times.md: each pool under ten-minute blocks, and under two drafts."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bchcov.race import POOLS, Settings
from bchcov.race.compare import Row, put_together
from bchcov.race.sweep import make_runs, run_all

SEEDS, STALL_SEEDS, USERS = 10, 5, 30
_MINUTE: dict[str, Any] = {"block_seconds": 60.0}
_PARTS: dict[str, Any] = {"sub_blocks": 10}
_SURE: dict[str, Any] = {"confirmations": 10}
BLOCKS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("today: ten minutes", {}),
    ("draft: one minute", _MINUTE),
    ("draft: Tailstorm, 10 sub-blocks", _PARTS),
    ("draft: one minute, 10 confirmations", _MINUTE | _SURE),
    ("draft: Tailstorm, 10 weak confirmations", _PARTS | _SURE),
)
"""The blocks in words, and what they change.

Ten confirmations are for users who want ten minutes of work before they reveal; the plain pool
has no reveals, and what stalls the others is run without them.
"""
_SILENT: dict[str, Any] = {"griefers": 3}
_FLOOD: dict[str, Any] = {"attacker": "flooder", "attacker_budget": 500_000}
_COLUMNS = (
    "blocks",
    "pool",
    "executed",
    "conflicts, retries per user",
    "seconds from wish to payout: median, 95 %",
    "a miner took, sats (in races)",
    "the same, 3 more users are silent",
    "the same, somebody fills the queue for 0.005 BCH",
    "sats to stall for an hour",
)
_DELAY = 2.0


def _rows(settings: Settings, seeds: int, pools: Sequence[str]) -> dict[str, Row]:
    jobs = int(os.environ.get("JOBS", os.cpu_count() or 1))
    done = run_all(make_runs(settings, seeds, pools=pools), jobs=jobs)
    return {row.pool: row for row in put_together(done)}


def _seconds(row: Row) -> str:
    return f"{row.payout_median:,.0f}, {row.payout_95:,.0f}"


def _stalls(settings: Settings, pools: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    """What silent orders do to the others on each pool, without a miner who seeks profit."""
    calm, silent, flooded = (
        _rows(replace(settings, miner_share=0.0, **changes), STALL_SEEDS, pools)
        for changes in ({}, _SILENT, _FLOOD)
    )
    return {
        pool: (
            _seconds(silent[pool]),
            _seconds(flooded[pool]),
            _price_of_an_hour(flooded[pool], calm[pool]),
        )
        for pool in pools
    }


def _price_of_an_hour(flooded: Row, calm: Row) -> str:
    """What the attacker lost for each hour that 95 of 100 orders took longer than without them."""
    hours = (flooded.payout_95 - calm.payout_95) / 3_600
    return f"{-flooded.attacker_gain / flooded.seeds / hours:,.0f}"


def block_times() -> list[str]:
    """The table, and what each draft's forks would be."""
    lines = ["| " + " | ".join(_COLUMNS) + " |", "|" + "---|" * len(_COLUMNS)]
    for words, changes in BLOCKS:
        pools = [pool for pool in POOLS if pool != "cpmm" or "confirmations" not in changes]
        queues = [pool for pool in pools if pool != "cpmm"]
        settings = Settings(**{"users": USERS, "max_blocks": 10_000, **changes})
        stalls = {} if "confirmations" in changes else _stalls(settings, queues)
        for pool, row in _rows(settings, SEEDS, pools).items():
            per_user = f"{row.conflicts_per_user:.2f}, {row.retries / row.users:.2f}"
            took = f"{row.miner_take:,} ({row.miner_takes_in} of {row.seeds})"
            executed = f"{row.filled + row.unfilled:,} of {row.users:,}"
            cells = [words, pool, executed, per_user, _seconds(row), took]
            cells += stalls.get(pool, ("-", "-", "-"))
            lines.append("| " + " | ".join(cells) + " |")
    return lines


def forks() -> list[str]:
    """How often a block is found before the one before it is known, which no race models."""
    lines = []
    for words, changes in BLOCKS[:3]:
        interval = Settings(**changes).interval
        share = 1 - math.exp(-_DELAY / interval)
        lines.append(
            f"- {words}: {100 * share:.1f} % of blocks or sub-blocks are found within"
            f" {_DELAY:.0f} seconds of the one before"
        )
    return lines
