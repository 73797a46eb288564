"""`bchcov amm race`: the same users on several pools, shown as a table, JSON or plots."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress
from rich.table import Table

from ...errors import BchcovError, WorkerLost
from ...processes.signals import Stopped, stoppable
from ...race import ATTACKERS, POOLS, Result, Settings
from ...race.compare import Row, put_together
from ...race.graph import race_page
from ...race.page import page
from ...race.report import can_draw, draw
from ...race.run import Race
from ...race.sweep import Run, make_runs, run_all
from ..terminal.console import make_console, print_table
from ..terminal.ending import end_status, report_end
from ..terminal.files import writing
from .race_options import read_parameters, read_sweep, setting

__all__ = ["race", "race_table"]

_Cell = Callable[[Row], str]
_WITHOUT_PLOTS = (
    "matplotlib is not installed, so there will be no plots: pip install 'bchcov[plots]'"
)
_COLUMNS: tuple[tuple[str, _Cell], ...] = (
    ("executed", lambda row: f"{row.filled + row.unfilled:,} of {row.users:,}"),
    ("gave up", lambda row: f"{row.gave_up + row.expired:,}"),
    ("conflicts", lambda row: f"{row.conflicts:,}"),
    ("retries", lambda row: f"{row.retries:,}"),
    ("blocks waited: median", lambda row: f"{row.wait_median:.0f}"),
    ("90 %", lambda row: f"{row.wait_90:.0f}"),
    ("max", lambda row: f"{row.wait_most:.0f}"),
    ("bytes per order", lambda row: f"{row.bytes_per_order:,.0f}"),
    ("fee per order", lambda row: f"{row.fees_per_order:,.0f}"),
    ("price / quote", lambda row: f"{row.price:.4f}"),
    ("attacks tried / refused", lambda row: f"{row.candidates:,} / {row.refused:,}"),
    ("miner profit, sats", lambda row: f"{row.miner_take:,}"),
)


def race_table(rows: Sequence[Row], *, swept: str | None = None) -> Table:
    """Lay out the comparison as a table, with the profits of attackers if there were any."""
    columns = list(_COLUMNS)
    if any(row.attacker for row in rows):
        columns.append(("attacker gain, sats", lambda row: f"{row.attacker_gain:,}"))
    if any(row.draft for row in rows):
        columns.append(("seconds to payout: median", lambda row: f"{row.payout_median:,.0f}"))
        columns.append(("95 %", lambda row: f"{row.payout_95:,.0f}"))
    if any(row.bonds_lost for row in rows):
        columns.append(("bonds lost", lambda row: f"{row.bonds_lost:,}"))
    table = Table("pool", *([swept] if swept else []))
    for name, _ in columns:
        table.add_column(name, justify="right")
    for row in rows:
        value = [f"{row.value:g}"] if swept else []
        table.add_row(row.pool, *value, *(cell(row) for _, cell in columns))
    return table


def _run(
    races: Generator[tuple[Run, Result], None, None], results: list[tuple[Run, Result]], total: int
) -> Stopped | WorkerLost | None:
    """Append the results to `results` as they come; return what ended the races early."""
    console = make_console(stderr=True)
    bar = Progress(console=console, disable=not console.is_terminal)
    try:
        with bar, closing(races):
            task = bar.add_task("racing", total=total)
            for each in races:
                results.append(each)
                bar.advance(task)
    except (Stopped, WorkerLost) as end:
        return end
    return None


@click.command()
@setting("users", int, "Number of users.")
@setting("arrivals_per_block", float, "Mean number of users that arrive in ten minutes.")
@setting("block_seconds", float, "Target time between blocks; any but 600 is a draft.")
@setting("sub_blocks", int, "Sub-blocks of each block (Tailstorm); more than 1 is a draft.")
@setting("delay", float, "Mean seconds until everybody sees a transaction.")
@setting("trade_size", float, "Median trade, as a fraction of the reserves.")
@setting("tolerance", float, "Slippage that a user accepts, as a fraction of the quote.")
@setting("careless", float, "Fraction of users who reveal at once.")
@setting("batch", int, "Most tickets or orders in one transaction.")
@setting("builders", int, "Number of builders of batches.")
@setting("miner_share", float, "Fraction of blocks found by the profit-seeking miner.")
@setting("budget", int, "Candidate blocks that this miner tries per block.")
@setting("griefers", int, "Number of additional users who commit and never reveal.")
@setting("omitted", float, "Fraction of users whose tickets the builders omit.")
@setting("max_blocks", int, "Stop after this many blocks, even if orders still wait.")
@setting("seed", int, "First seed.")
@setting("attacker_budget", int, "Satoshis that the attacker may lose.")
@setting("subsidy", int, "Satoshis that ten minutes are worth to an attacker who mines.")
@setting("reserve", float, "BCH that the pool begins with.")
@setting("volatility", float, "Standard deviation of the price elsewhere, in ten minutes.")
@setting("confirmations", int, "Confirmations, by blocks or sub-blocks, before users reveal.")
@setting("reveal_confirmations", int, "Confirmations of the reveals before theirs.")
@setting("ticket_confirmations", int, "Confirmations of a ticket before it is queued.")
@click.option("--trusting", is_flag=True, help="Users and builders check nothing.")
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    callback=read_parameters,
    metavar="NAME=NUMBER",
    help="Replace a parameter of the pools, such as the bond.",
)
@click.option("--attacker", type=click.Choice(list(ATTACKERS)), help="Add an attacker.")
@click.option(
    "--seeds", type=click.IntRange(1), default=1, show_default=True, help="Number of seeds."
)
@click.option(
    "--pool", "pools", type=click.Choice(POOLS), multiple=True, help="Run this pool only."
)
@click.option(
    "--sweep",
    multiple=True,
    callback=read_sweep,
    metavar="NAME=A,B,...",
    help="Run a race for each of these values.",
)
@click.option(
    "--jobs", type=click.IntRange(1, 256), help="Processes; by default one per core.", metavar="N"
)
@click.option("--cluster", metavar="ADDRESS", help="Run on the Dask cluster with this scheduler.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write race.json, plots and race.html to this folder.",
)
@click.option(
    "--graph",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a page of the first race's transactions as a graph; it is run again for that.",
)
@click.pass_context
def race(
    ctx: click.Context,
    /,
    trusting: bool,
    parameters: tuple[tuple[str, int], ...],
    attacker: str | None,
    seeds: int,
    pools: tuple[str, ...],
    sweep: tuple[str, list[float]] | None,
    jobs: int | None,
    cluster: str | None,
    as_json: bool,
    out: Path | None,
    graph: Path | None,
    **settings: float,
) -> None:
    """Run a race of the same users and miner on the pools cpmm, direct, ticketed and epochs.

    Every transaction is verified by the script engine; the same seed gives the same history.
    """
    try:
        chosen = Settings(
            trusting=trusting,
            parameters=parameters,
            attacker=attacker or "",
            **settings,  # type: ignore[arg-type]
        )
        runs = make_runs(chosen, seeds, sweep, pools or POOLS)
        if out is not None:
            # What would prevent the files is said before the races, which may take long.
            with writing(out):
                out.mkdir(parents=True, exist_ok=True)
            if not can_draw():
                click.echo(_WITHOUT_PLOTS, err=True)
        results: list[tuple[Run, Result]] = []
        with stoppable():
            ended = _run(
                run_all(runs, jobs=jobs or os.cpu_count() or 1, cluster=cluster), results, len(runs)
            )
            swept = sweep[0] if sweep else "users"
            rows = put_together(results, swept=swept)
            told: dict[str, object] = {
                "settings": chosen.as_dict(),
                "swept": swept,
                "rows": [r.as_dict() for r in rows],
            }
            if chosen.pace.draft:
                told["draft"] = chosen.pace.draft
            if as_json:
                click.echo(json.dumps(told))
            elif rows:
                if chosen.pace.draft:
                    click.echo(chosen.pace.draft)
                print_table(race_table(rows, swept=sweep[0] if sweep else None))
            if ended is not None:
                report_end(ended, f"{len(results)} of {len(runs)} races finished")
                ctx.exit(end_status(ended))
            if out is not None:
                races = [each.as_dict() for _, each in results]
                _write(out, told | {"races": sorted(races, key=_place)})
                command = _command(chosen, seeds, pools, sweep)
                _draw(out, rows, chosen, sweep[0] if sweep else None, command)
            if graph is not None:
                _draw_graph(graph, runs[0])
    except BchcovError as error:
        raise click.ClickException(str(error)) from None


def _place(race: dict[str, Any]) -> tuple[str, int, int]:
    return race["pool"], race["users"], race["seed"]


def _write(out: Path, told: dict[str, object]) -> None:
    with writing(out):
        (out / "race.json").write_text(json.dumps(told) + "\n", encoding="utf-8")


def _command(
    settings: Settings, seeds: int, pools: Sequence[str], sweep: tuple[str, list[float]] | None
) -> str:
    """Return the command that runs the same races again."""
    words = ["bchcov", "amm", "race"]
    for field in fields(Settings):
        name, value = field.name, getattr(settings, field.name)
        option = "--" + name.replace("_", "-")
        if name == "parameters":
            words += [f"--parameter={key}={number}" for key, number in value]
        elif value != field.default and (sweep is None or sweep[0] != name):
            words.append(option if value is True else f"{option}={value}")
    words += [f"--seeds={seeds}"] if seeds > 1 else []
    words += [f"--pool={pool}" for pool in pools]
    if sweep is not None:
        words.append(f"--sweep={sweep[0]}={','.join(f'{each:g}' for each in sweep[1])}")
    return shlex.join(words)


def _draw(out: Path, rows: list[Row], settings: Settings, swept: str | None, command: str) -> None:
    plots = draw(rows, swept=swept or "users") if can_draw() else {}
    today = datetime.now(UTC).date()
    made = f"Made on {today} by: {command}"
    told = page(rows, plots, settings, swept=swept, made=made)
    with writing(out):
        for name, png in plots.items():
            (out / f"{name}.png").write_bytes(png)
        (out / "race.html").write_text(told, encoding="utf-8")
    click.echo(f"{out / 'race.html'}", err=True)


def _draw_graph(path: Path, run: Run) -> None:
    race = Race(run.settings, run.pool)
    race.run()
    with writing(path):
        race_page(race).write(path)
