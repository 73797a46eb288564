"""`bchcov fuzz`: search for transactions that a contract should have refused."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import metadata
from pathlib import Path

import click
from rich.progress import BarColumn, Progress, TimeElapsedColumn

from ...encoding.printable import printable
from ...errors import ContractError, FormatError, MissingExtra, WorkerLost
from ...processes.signals import Stopped, stoppable
from ...testing.fuzzing import exports
from ...testing.fuzzing.campaign import Campaign, Report, prepare
from ...testing.fuzzing.corpus import Learned, read_corpus, write_corpus
from ...testing.fuzzing.findings import Progress as Told
from ...testing.fuzzing.parallel import ManyCampaigns, prepare_many
from ...testing.marks import as_annotations
from ..terminal.console import make_console
from ..terminal.contracts import constructor_options
from ..terminal.covering import CoverageFiles, coverage_options
from ..terminal.ending import end_status, report_end
from ..terminal.files import finite, writing
from ..terminal.reporting import report_options
from ..terminal.rules import check_rules
from .reading import (
    read_category,
    read_covered,
    read_honest,
    read_parties,
    read_property,
    refuse,
)

__all__ = ["fuzz"]

_SECONDS = 60.0
_MOST_JOBS = 256


def _check_rules(_ctx: click.Context, _option: click.Parameter, name: str) -> str:
    return check_rules(name)


def _read_jobs(_ctx: click.Context, _option: click.Parameter, text: str | None) -> int | None:
    if text is None:
        return None
    if text == "all":
        return os.cpu_count() or 1
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:4]) <= _MOST_JOBS:
        raise click.BadParameter(f"{text!r} is invalid: expected 1 to {_MOST_JOBS}, or all")
    return int(text)


@contextmanager
def _bar(seconds: float | None, count: int | None) -> Iterator[Told]:
    """Show progress on a terminal: of the time if there is a limit, else of the count."""
    console = make_console(stderr=True)
    columns = ("fuzzing", BarColumn(), TimeElapsedColumn(), "{task.fields[told]}")
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task("fuzzing", total=seconds if count is None else count, told="")

    def show(judged: int, found: int) -> None:
        done = bar.tasks[0].elapsed or 0.0 if count is None else judged
        bar.update(task, completed=done, told=f"{judged:,} judged, {found:,} findings")

    if not console.is_terminal:
        yield show
        return
    with bar:
        yield show


def _run(
    campaign: Campaign | ManyCampaigns,
    seconds: float | None,
    count: int | None,
    *,
    stop_at_first: bool,
) -> Stopped | WorkerLost | None:
    """Run a campaign; return what stopped it early."""
    try:
        with _bar(seconds, count) as show:
            campaign.run(seconds=seconds, count=count, stop_at_first=stop_at_first, progress=show)
    except (Stopped, WorkerLost) as end:
        return end
    return None


def _read_corpus(folder: Path) -> list[Learned]:
    try:
        return read_corpus(folder)
    except OSError as error:
        refuse(f"cannot read {folder}: {error.strerror}")
    except FormatError as error:
        refuse(str(error))


def _print(report: Report) -> None:
    for line in str(report).split("\n"):
        click.echo(printable(line))
    click.echo("not tried, so no finding is no proof of safety:")
    for each in report.not_tried:
        click.echo(f"  {each}")


def _as_bytes(value: object) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--party",
    "keys",
    multiple=True,
    metavar="NAME=KEY[,KEY...]",
    help="Somebody who takes part, and their private keys: WIF or 64 hexadecimal digits, or @FILE"
    " with one a line.",
)
@click.option(
    "--party-script",
    "scripts",
    multiple=True,
    metavar="NAME=HEX|ADDRESS",
    help="A locking bytecode, or its address, whose coins are a party's.",
)
@click.option(
    "--open",
    "open_names",
    multiple=True,
    metavar="NAME",
    help="Anybody may take this party's role.",
)
@click.option(
    "--unique",
    "categories",
    multiple=True,
    metavar="CATEGORY",
    help="There is one NFT only of this category.",
)
@click.option(
    "--property",
    "properties",
    multiple=True,
    metavar="FILE.py:FUNCTION",
    help="A function of a transaction and its source outputs that says what is broken, or None.",
)
@click.option(
    "--rules",
    default="BCH_2026",
    show_default=True,
    metavar="NAME",
    callback=_check_rules,
    help="The rules for transactions without any: BCH_2023, BCH_2025, BCH_2026 or BCH_SPEC.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0),
    callback=finite,
    help="Search for so long; 60 without --count.",
)
@click.option("--count", type=click.IntRange(1), help="Judge so many transactions.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of what is random.")
@click.option(
    "--jobs",
    metavar="N|all",
    callback=_read_jobs,
    help="Use N processes, or one per core: they share the attackers. Without, one; on a cluster,"
    " all of its workers.",
)
@click.option(
    "--cluster", metavar="ADDRESS", help="Search on the workers of the Dask scheduler at ADDRESS."
)
@click.option("--stop-at-first", is_flag=True, help="End with the first attack.")
@click.option("--strict", is_flag=True, help="Exit with 1 for what is open to argument, too.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write every finding into this folder: as line, VMB test and pytest function.",
)
@click.option(
    "--corpus",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Begin with what earlier runs kept in this folder, and keep what is new.",
)
@report_options
@constructor_options
@coverage_options
@click.pass_context
def fuzz(
    ctx: click.Context,
    files: tuple[str, ...],
    keys: tuple[str, ...],
    scripts: tuple[str, ...],
    open_names: tuple[str, ...],
    categories: tuple[str, ...],
    properties: tuple[str, ...],
    rules: str,
    seconds: float | None,
    count: int | None,
    seed: int,
    jobs: int | None,
    cluster: str | None,
    stop_at_first: bool,
    strict: bool,
    out: Path | None,
    corpus: Path | None,
    as_json: bool,
    junit: Path | None,
    sarif: Path | None,
    github: bool,
    contract: Path | None,
    arguments: tuple[str, ...],
    locking: str,
    files_of_coverage: CoverageFiles,
) -> None:
    """Search for attacks, starting from the honest transactions in FILE... ("-" is standard input).

    A file is anything that `bchcov verify` reads. A stranger and each party with keys in turn are
    the attacker: whole transactions are changed, repaired and judged, and those that are accepted
    and take from somebody what is theirs are reported, made as small as possible. Keys are used
    for signing only and written nowhere. With the contract's file the report ends with what the
    search reached in it, and the checks that refused nothing.

    The exit code is 1 if an attack was found and 0 if none was: no proof that there is none.
    """
    if seconds is None and count is None:
        seconds = _SECONDS
    with stoppable():
        try:
            honest = read_honest(files, rules)
            many = partial(prepare_many, jobs=jobs, cluster=cluster)
            make = prepare if jobs in (None, 1) and cluster is None else many
            campaign = make(
                [(each.transaction, each.source_outputs) for each in honest],
                read_parties(keys, scripts, open_names),
                rules=honest[0].rules,
                seed=seed,
                properties=[read_property(each) for each in properties],
                unique=[read_category(each) for each in categories],
            )
            campaign.coverage = read_covered(
                contract, arguments, locking, honest, always=files_of_coverage.asked
            )
            if corpus is not None:
                campaign.begin_with(_read_corpus(corpus))
            ended = _run(campaign, seconds, count, stop_at_first=stop_at_first)
        except (ContractError, MissingExtra) as error:
            refuse(str(error))
        except Stopped as end:
            report_end(end, "nothing judged")
            ctx.exit(end_status(end))
        report = campaign.report()
        reached = campaign.coverage
        if as_json:
            told = exports.as_json(report)
            if reached is not None:
                told["coverage"] = reached.report().as_dict()
            click.echo(json.dumps(told))
        else:
            _print(report)
            if reached is not None:
                click.echo(reached.report().text())
        if reached is not None:
            files_of_coverage.write(reached, contract)
        if corpus is not None:
            with writing(corpus):
                write_corpus(corpus, campaign.learned)
        if out is not None:
            with writing(out):
                exports.write_files(report, out)
        places = [exports.Place(each.file, each.line) for each in honest]
        if github:
            for annotation in as_annotations(exports.marks_of(report, places), "bchcov fuzz"):
                click.echo(annotation, err=True)
        if sarif is not None:
            made = exports.as_sarif(report, places, metadata.version("bchcov"))
            with writing(sarif):
                sarif.write_bytes(_as_bytes(made))
        if junit is not None:
            with writing(junit):
                junit.write_bytes(exports.as_junit(report))
        if ended is not None:
            said = f"{report.judged:,} transactions judged, {len(report.findings)} findings"
            report_end(ended, said)
    found = report.findings if strict else report.attacks
    ctx.exit(end_status(ended) if ended else 1 if found else 0)
