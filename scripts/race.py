"""Print the tables of docs/races.md and docs/block-times.md, and the cost of a race."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from time import process_time
from typing import Any

from race_times import block_times, forks

from bchcov.race import POOLS, Settings, run_race
from bchcov.race.compare import Row, put_together
from bchcov.race.sweep import make_runs, run_all

SEEDS, FEWER_SEEDS, CROWD_SEEDS = 10, 10, 3
USERS = (10, 50, 100)
CARELESS = {"careless": 1.0, "miner_share": 0.5}
FLOOD = {"attacker": "flooder", "attacker_budget": 2_000_000, "max_blocks": 1_000}
MONOPOLY = {
    "attacker": "monopolist",
    "attacker_budget": 2_000_000,
    "volatility": 0.005,
    "max_blocks": 1_000,
}
SEQUENCED = tuple(pool for pool in POOLS if pool != "cpmm")
TICKETED = ("ticketed",)
# In words, on which pools, and which settings; an attacker who mines has no other miner beside.
SCENARIOS: tuple[tuple[str, Sequence[str], dict[str, Any]], ...] = (
    ("nobody attacks", SEQUENCED, {}),
    ("3 users never reveal", SEQUENCED, {"griefers": 3}),
    ("users reveal at once, a miner finds half of the blocks", SEQUENCED, CARELESS),
    ("builders omit a fifth of the users", ("ticketed", "epochs"), {"omitted": 0.2}),
    ("reveals only what pays", ("ticketed", "epochs"), {"attacker": "selective"}),
    (
        "the same, and users reveal at once",
        TICKETED,
        {"attacker": "selective", "careless": 1.0},
    ),
    ("takes back reveals when their delay is over", TICKETED, {"attacker": "revoker"}),
    (
        "takes back unconfirmed reveals, finds 3 of 10 blocks",
        TICKETED,
        {"attacker": "retractor", "miner_share": 0.3, "budget": 0},
    ),
    (
        "the same, finds 8 of 10 blocks",
        TICKETED,
        {"attacker": "retractor", "miner_share": 0.8, "budget": 0},
    ),
    (
        "replaces blocks, finds 3 of 10",
        ("cpmm", "direct", "ticketed"),
        {"attacker": "reorganiser", "miner_share": 0.3, "arrivals_per_block": 20.0},
    ),
    (
        "the same, if blocks were worth nothing",
        ("cpmm", "direct", "ticketed"),
        {
            "attacker": "reorganiser",
            "miner_share": 0.3,
            "arrivals_per_block": 20.0,
            "subsidy": 0,
        },
    ),
    ("reveals next to nothing at the last moment", SEQUENCED, {"attacker": "late"}),
    ("fills the queue with silent orders, for 0.02 BCH", SEQUENCED, FLOOD),
    ("fills the queue and trades alone, for 0.02 BCH", SEQUENCED, MONOPOLY),
    ("provider moves the reserves under orders", TICKETED, {"attacker": "provider"}),
    (
        "makes coins for builders to stumble over",
        ("ticketed", "epochs"),
        {"attacker": "poisoner"},
    ),
    ("copies tickets", ("ticketed", "epochs"), {"attacker": "copier"}),
    (
        "voids batches, finds 3 of 10 blocks",
        TICKETED,
        {"attacker": "voider", "miner_share": 0.3, "budget": 0},
    ),
)


def _waits(row: Row) -> str:
    return f"{row.wait_median:.0f}, {row.wait_90:.0f}, {row.wait_most:.0f}"


Column = tuple[str, Callable[[Row], str]]
COMPARED: tuple[Column, ...] = (
    ("pool", lambda row: row.pool),
    ("executed", lambda row: f"{row.filled + row.unfilled:,} of {row.users:,}"),
    ("conflicts", lambda row: f"{row.conflicts:,}"),
    ("blocks waited: median, 90 %, max", _waits),
    ("bytes per order", lambda row: f"{row.bytes_per_order:,.0f}"),
    ("price / quote", lambda row: f"{row.price:.4f}"),
    ("attacks tried / refused", lambda row: f"{row.candidates:,} / {row.refused:,}"),
    ("miner's profit, sats", lambda row: f"{row.miner_take:,}"),
)
CROWDED: tuple[Column, ...] = (
    ("users", lambda row: f"{row.value:g}"),
    ("pool", lambda row: row.pool),
    ("conflicts per user", lambda row: f"{row.conflicts_per_user:.2f}"),
    ("blocks waited: median, 90 %, max", _waits),
    ("orders per block", lambda row: f"{row.throughput:.1f}"),
)
ATTACKED: tuple[Column, ...] = (
    ("pool", lambda row: row.pool),
    ("executed", lambda row: f"{row.filled + row.unfilled:,} of {row.users:,}"),
    ("honest orders expired", lambda row: f"{row.expired:,}"),
    ("blocks waited: median, 90 %, max", _waits),
    ("attacks", lambda row: f"{row.rounds:,}" if row.attacker else "-"),
    ("attacker's or miner's gain, sats", lambda row: f"{row.attacker_gain + _mined(row):,}"),
    (
        "races with a gain",
        lambda row: f"{_gains_in(row)} of {row.seeds}",
    ),
    ("change of all users, sats", lambda row: f"{row.users_gain:,}"),
)


def _gains_in(row: Row) -> int:
    """In how many races the attacker gained or, where there is none, the miner."""
    return row.attacker_gains_in if row.attacker else row.miner_takes_in


def _mined(row: Row) -> int:
    """What the profit-seeking miner took, unless it is the attacker's account already."""
    return 0 if row.attacker == "reorganiser" else row.miner_take


def run(
    settings: Settings,
    seeds: int,
    sweep: tuple[str, Sequence[float]] | None = None,
    pools: Sequence[str] = POOLS,
) -> list[Row]:
    """The rows of one comparison, on all cores."""
    runs = make_runs(settings, seeds, sweep, pools)
    return put_together(run_all(runs, jobs=int(os.environ.get("JOBS", os.cpu_count() or 1))))


def table(columns: Sequence[Column], rows: Sequence[Row], names: Sequence[str] = ()) -> list[str]:
    """Rows as a table in Markdown; `names` stand before them where they are given."""
    first = ["scenario"] if names else []
    lines = [
        "| " + " | ".join([*first, *(name for name, _ in columns)]) + " |",
        "|" + "---|" * (len(columns) + len(first)),
    ]
    for at, row in enumerate(rows):
        cells = [*([names[at]] if names else []), *(cell(row) for _, cell in columns)]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def comparison() -> list[str]:
    """The same 50 users on each pool, over 100 seeds."""
    return table(COMPARED, run(Settings(users=50), SEEDS))


def crowds() -> list[str]:
    """More and more users."""
    rows = run(Settings(miner_share=0.0), CROWD_SEEDS, ("users", USERS))
    return table(CROWDED, sorted(rows, key=lambda row: row.value))


def attackers() -> list[str]:
    """What attackers cost and take."""
    rows, names = [], []
    for name, pools, changes in SCENARIOS:
        settings = Settings(**{"users": 30, "miner_share": 0.0} | changes)
        for row in run(settings, FEWER_SEEDS, pools=pools):
            rows.append(row)
            names.append(name)
            print(f"{name}, {row.pool}", file=sys.stderr, flush=True)
    return table(ATTACKED, rows, names)


def thousand() -> list[str]:
    """What a thousand users cost on one core, on each pool that takes them without conflicts."""
    lines = []
    for pool in ("ticketed", "epochs"):
        started = process_time()
        result = run_race(Settings(users=1_000, seed=3), pool)
        lines.append(
            f"1,000 users through {pool}: {result.settled:,} executed, {result.expired} missed"
            f" their turn, blocks waited {result.wait(50):.0f}, {result.wait(90):.0f},"
            f" {result.wait(100):.0f}; {result.transactions:,} transactions verified in"
            f" {process_time() - started:.1f} s on one core"
        )
    return lines


TABLES = {
    "thousand": thousand,
    "comparison": comparison,
    "crowds": crowds,
    "attackers": attackers,
    "blocktimes": block_times,
    "forks": forks,
}


def main() -> int:
    """Print the tables that are named, or everything."""
    chosen = sys.argv[1:] or list(TABLES)
    for name in chosen:
        lines = TABLES[name]()
        print(*lines, sep="\n", end="\n\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
