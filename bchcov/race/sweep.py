"""Running many races, over seeds and settings, in several processes or on a Dask cluster."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from ..errors import MissingExtra, SettingsError
from ..processes.pool import as_done
from .results import Result
from .run import run_race
from .settings import POOLS, Settings

__all__ = ["SWEEPABLE", "Run", "make_runs", "run_all"]

_MOST_SEEDS = 100_000
SWEEPABLE = ("users", "arrivals_per_block", "delay", "batch")
"""The settings that can be swept."""


@dataclass(frozen=True, slots=True)
class Run:
    """One race to run: its settings and its pool."""

    settings: Settings
    pool: str


def make_runs(
    settings: Settings,
    seeds: int,
    sweep: tuple[str, Sequence[float]] | None = None,
    pools: Sequence[str] = POOLS,
) -> list[Run]:
    """Make the races of a comparison: for each value of the swept setting, seed, and pool.

    Seeds count up from that of the settings. Raises SettingsError.
    """
    if not 1 <= seeds <= _MOST_SEEDS:
        raise SettingsError(f"seeds {seeds} is out of range: expected 1 to {_MOST_SEEDS}")
    name, values = sweep or ("seed", [settings.seed])
    if sweep is not None and name not in SWEEPABLE:
        raise SettingsError(f"{name!r} cannot be swept: expected one of {', '.join(SWEEPABLE)}")
    runs = []
    for value in values:
        if not math.isfinite(value):
            raise SettingsError(f"{name} {value} is invalid: expected a finite number")
        changed: Any = int(value) if name in ("users", "batch", "seed") else value
        if changed != value:
            raise SettingsError(f"{name} {value} is invalid: expected a whole number")
        for seed in range(settings.seed, settings.seed + seeds):
            each = replace(settings, **{name: changed, "seed": seed})
            runs += [Run(each, pool) for pool in pools]
    return runs


def _run(run: Run) -> Result:
    return run_race(run.settings, run.pool)


def run_all(
    runs: Sequence[Run], *, jobs: int = 1, cluster: str | None = None
) -> Generator[tuple[Run, Result], None, None]:
    """Run races in `jobs` processes, or on the Dask cluster whose scheduler is at `cluster`.

    Results come in the order in which they finish; each is the same wherever it was run.
    Raises SettingsError if no scheduler answers, MissingExtra if Dask is not installed, and
    WorkerLost if a process ends before its work is done.
    """
    if cluster is not None:
        yield from _run_on_cluster(runs, cluster)
    elif jobs == 1 or len(runs) == 1:
        for run in runs:
            yield run, _run(run)
    else:
        with closing(as_done(_run, runs, jobs=min(jobs, len(runs)))) as done:
            for number, result in done:
                yield runs[number], result


def _run_on_cluster(runs: Sequence[Run], address: str) -> Generator[tuple[Run, Result], None, None]:
    try:
        dask: Any = import_module("distributed")
    except ImportError:
        raise MissingExtra("a cluster needs Dask", "cluster") from None
    try:
        client = dask.Client(address, timeout="10s")
    except (OSError, ValueError) as error:
        raise SettingsError(f"no Dask scheduler answers at {address}: {error}") from error
    with client:
        futures = {client.submit(_run, run, pure=False): run for run in runs}
        for future in dask.as_completed(futures):
            yield futures[future], future.result()
