"""Race the same users and miner on the pools, and show what became of them."""

from __future__ import annotations

import os

from rich.console import Console

from bchcov.cli.amm.race import race_table
from bchcov.race import POOLS, Settings
from bchcov.race.compare import Row, put_together
from bchcov.race.sweep import make_runs, run_all

USERS, SEEDS = 60, 8


def run_races() -> list[Row]:
    """A row for each pool."""
    runs = make_runs(Settings(users=USERS), SEEDS)
    return put_together(run_all(runs, jobs=os.cpu_count() or 1))


def show(rows: list[Row], console: Console) -> None:
    """The rows as a table."""
    console.print(f"\n  {USERS} users race on each of {len(POOLS)} pools, {SEEDS} times; a miner")
    console.print(
        "  who orders for profit finds half of the blocks. Every transaction is verified."
    )
    console.print(race_table(rows))


def is_as_claimed(rows: list[Row]) -> bool:
    """No conflict on ticketed and epochs; the miner takes from the plain pool only."""
    cpmm, direct, ticketed, epochs = rows
    return (
        ticketed.conflicts == epochs.conflicts == 0 < min(cpmm.conflicts, direct.conflicts)
        and direct.miner_take == ticketed.miner_take == epochs.miner_take == 0 < cpmm.miner_take
    )
