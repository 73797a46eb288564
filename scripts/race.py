"""Print the tables of docs/races.md: contention, profit, attackers, and the cost of a race."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from bchcov.race import Settings, run_race
from bchcov.race.compare import Row, put_together
from bchcov.race.sweep import make_runs, run_all

SEEDS, FEWER_SEEDS = 100, 20
USERS = (10, 50, 100, 200)
SELECTIVE = {"attacker": "selective", "miner_share": 0.0}
SCENARIOS: dict[str, dict[str, Any]] = {
    "nobody attacks": {},
    "3 griefers never reveal": {"griefers": 3},
    "careless users": {"careless": 1.0},
    "builders omit a fifth": {"omitted": 0.2},
    "selective reveal, honest users": {"attacker": "selective", "miner_share": 0.0},
    "selective reveal, careless users": {
        "attacker": "selective",
        "careless": 1.0,
        "miner_share": 0.0,
    },
}


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
    ("bonds forfeited", lambda row: f"{row.bonds_lost:,}"),
    ("miner's profit, sats", lambda row: f"{row.miner_take:,}"),
    ("attacker's gain, sats", lambda row: f"{row.attacker_gain:,}"),
)


def run(
    settings: Settings, seeds: int, sweep: tuple[str, Sequence[float]] | None = None
) -> list[Row]:
    """The rows of one comparison, on all cores."""
    runs = make_runs(settings, seeds, sweep)
    return put_together(run_all(runs, jobs=os.cpu_count() or 1))


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
    rows = run(Settings(miner_share=0.0), FEWER_SEEDS, ("users", USERS))
    return table(CROWDED, sorted(rows, key=lambda row: row.value))


def attackers() -> list[str]:
    """What attackers cost and take."""
    rows, names = [], []
    for name, changes in SCENARIOS.items():
        found = run(Settings(users=30, **changes), FEWER_SEEDS)
        alone = [row for row in found if row.pool == "ticketed"]
        both = (
            [row for row in found if row.pool == "direct"]
            if not changes.get("attacker") and "omitted" not in changes
            else []
        )
        for row in (*both, *alone):
            rows.append(row)
            names.append(name)
    return table(ATTACKED, rows, names)


def thousand() -> str:
    """What a thousand users cost on one core."""
    started = perf_counter()
    result = run_race(Settings(users=1_000, seed=3), "ticketed")
    seconds = perf_counter() - started
    status = Path("/proc/self/status")
    peak = [
        int(line.split()[1]) / 1024
        for line in (status.read_text(encoding="utf-8").splitlines() if status.exists() else ())
        if line.startswith("VmHWM")
    ]
    memory = f", {peak[0]:.0f} MiB" if peak else ""
    return (
        f"1,000 users through ticketed, {result.transactions:,} transactions verified:"
        f" {seconds:.1f} s on one core{memory}"
    )


def main() -> int:
    """Print everything."""
    print(thousand(), end="\n\n")
    for make in (comparison, crowds, attackers):
        print(*make(), sep="\n", end="\n\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
