"""`bchcov vectors`: run test vectors and report every disagreement."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ..encoding.printable import printable
from ..errors import RulesError, VectorError, WorkerLost
from ..processes.signals import Stopped, stoppable
from ..vectors.outcome import Selection
from ..vectors.report import Report
from ..vectors.runner import run
from ..vm.rules.loading import load_rules
from .terminal.console import make_console, outside, print_table
from .terminal.ending import end_status, report_end
from .terminal.files import writing

__all__ = ["vectors"]


@click.group()
def vectors() -> None:
    """Run the test vectors of the Bitcoin Cash community."""


def _select(rules: tuple[str, ...], mode: str) -> Selection:
    try:
        found = tuple(map(load_rules, rules))
    except RulesError as error:
        raise click.BadParameter(str(error), param_hint="--rules") from error
    modes = ("standard", "consensus") if mode == "both" else (mode,)
    return Selection(
        frozenset(each.name for each in found) or None,
        frozenset(modes),
        tuple(each for each in found if each.draft),
    )


def _run(paths: list[Path], selection: Selection, jobs: int | None, report: Report) -> None:
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = make_console(stderr=True)
    # Disabled without a terminal, where it would leave an empty line.
    bar = Progress(
        "tests", *columns, console=console, transient=True, disable=not console.is_terminal
    )
    task = bar.add_task("tests")

    def show(done: int, total: int) -> None:
        if not bar.live.is_started:
            bar.start()
        bar.update(task, completed=done, total=total)

    try:
        run(paths, selection, jobs=jobs, progress=show, report=report)
    finally:
        bar.stop()


def _print_table(report: Report) -> None:
    table = Table()
    for name in ("group", "rules", "mode"):
        table.add_column(name)
    for name in ("judgements", "disagree"):
        table.add_column(name, justify="right")
    for row in report.rows():
        wrong = Text(f"{row.disagreeing:,}", "red" if row.disagreeing else "")
        table.add_row(outside(row.group), row.rules, row.mode, f"{row.judged:,}", wrong)
    if report.outcomes:
        print_table(table)
    for path, why in report.skipped:
        click.echo(f"skipped {printable(path)}: {printable(why)}")
    for outcome in report.disagreements:
        name = printable(f"{outcome.group} {outcome.id}")
        found = printable(f"expected {outcome.expected}, got {outcome.got}")
        click.echo(f"{name} under {outcome.rules} ({outcome.mode}): {found}")
        for line in outcome.detail.split("\n"):
            click.echo(f"  {printable(line)}")
    click.echo(
        f"{report.tests:,} tests, {len(report.outcomes):,} judgements,"
        f" {len(report.disagreements):,} disagree"
    )


@vectors.command("run")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--rules", multiple=True, help="Use this rule set only; may be repeated.")
@click.option("--standard", "mode", flag_value="standard", help="Use standard mode only.")
@click.option("--consensus", "mode", flag_value="consensus", help="Use consensus mode only.")
@click.option("--both", "mode", flag_value="both", default="both", help="Use both modes (default).")
@click.option("--jobs", type=click.IntRange(1), help="Processes; by default one per core.")
@click.option("--junit", type=click.Path(path_type=Path), help="Write JUnit XML to this file.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def run_vectors(
    ctx: click.Context,
    paths: tuple[Path, ...],
    rules: tuple[str, ...],
    mode: str,
    jobs: int | None,
    junit: Path | None,
    as_json: bool,
) -> None:
    """Run every test in PATHS (files or folders) and report every disagreement.

    A test file is the packed suite (.xz), a VMB file (.json) or lines of it (.jsonl), a wallet
    template (.json), or one of the nodes' script_tests, tx_valid, tx_invalid and sighash
    (.json), which are also recognised by their rows. Each may be compressed as .xz.
    Years and modes come from labels or folder names, flags from the tests. Other files in a
    folder are listed and skipped; a test file that cannot be read counts as a disagreement.
    The exit code is 1 if any judgement disagrees, or if there was none to make.
    """
    selection = _select(rules, mode)
    report = Report()
    ended: Stopped | WorkerLost | None = None
    with stoppable():
        try:
            _run(list(paths), selection, jobs, report)
        except (Stopped, WorkerLost) as error:
            ended = error
        except VectorError as error:
            raise click.UsageError(str(error)) from error
        if as_json:
            click.echo(json.dumps(report.as_json(), indent=1))
        else:
            _print_table(report)
        if ended is not None:
            report_end(ended, f"{report.tests:,} of {report.total:,} tests finished")
        if junit is not None:
            with writing(junit):
                junit.write_bytes(report.as_junit())
    ctx.exit(end_status(ended) if ended else 0 if report.ok else 1)
