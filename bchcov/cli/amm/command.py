"""`bchcov amm`: a SequencedAMM pool on an emulated chain, by command, script or prompt."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ...chain import ChainFile
from ...errors import BchcovError
from ...simulator import PROFILES, Answer, Session
from .race import race

__all__ = ["amm"]

_HEIGHT = 1_000


class _Printer:
    """Answers on standard output: lines and tables for people, or one JSON object each."""

    def __init__(self, *, as_json: bool, echo: bool) -> None:
        self._as_json, self._echo = as_json, echo
        self._console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
        self.is_well = True

    def show(self, line: str, answer: Answer) -> None:
        self.is_well = self.is_well and answer.ok
        if self._as_json:
            if line.strip() and not line.startswith("#"):
                said = {"command": line.strip(), "ok": answer.ok} | answer.data
                click.echo(json.dumps(said, separators=(",", ":")))
            return
        if self._echo and line.strip():
            self._console.print(f"[bold]> {escape(line.strip())}[/]")
        for each in answer.lines:
            self._console.print(escape(each), style=None if answer.ok else "red", soft_wrap=True)
        if answer.rows:
            table = Table(*answer.rows[0])
            for row in answer.rows[1:]:
                table.add_row(*row)
            self._console.print(table)


def _whole_lines(lines: Iterator[str]) -> Iterator[str]:
    """A `commit` that stands alone takes the next line as its answer."""
    for line in lines:
        if line.split() == ["commit"]:
            yield f"commit {next(lines, '').strip()}"
        else:
            yield line.rstrip("\n")


def _default_file() -> Path:
    folder = Path(click.get_app_dir("bchcov"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "amm.sqlite"


@click.group(invoke_without_command=True)
@click.option(
    "--file",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The chain's file; made if it is not there. Default: one in your folder of settings.",
)
@click.option("--memory", is_flag=True, help="Keep the chain in memory, and nothing at the end.")
@click.option("--profile", type=click.Choice(PROFILES), default="ticketed", show_default=True)
@click.option(
    "-c", "--command", "commands", multiple=True, metavar="LINE", help="Do this, and end."
)
@click.option(
    "--script", type=click.File("r"), metavar="FILE", help='Commands, a line each; "-" is a pipe.'
)
@click.option("--seed", type=click.IntRange(0), help="Make the wallet's keys from this number.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each command.")
@click.pass_context
def amm(
    ctx: click.Context,
    path: Path | None,
    memory: bool,
    profile: str,
    commands: tuple[str, ...],
    script: IO[str] | None,
    seed: int | None,
    as_json: bool,
) -> None:
    """Run a SequencedAMM pool on an emulated chain.

    Without a subcommand: a session of commands (help lists them), each a real transaction
    that is verified by script and kept in the chain's file. Commands come from -c, from
    --script, from a pipe, or from a prompt. Exits with 1 if a command was wrong or refused.
    """
    if ctx.invoked_subcommand is not None:
        return
    if memory and path is not None:
        raise click.UsageError("--memory and --file exclude each other")
    where = ":memory:" if memory else str(path or _default_file())
    try:
        with ChainFile(where, height=_HEIGHT) as file:
            session = Session(file, profile=profile, seed=seed)
            is_well = _run(session, commands, script, as_json=as_json)
    except BchcovError as error:
        raise click.ClickException(str(error)) from None
    ctx.exit(0 if is_well else 1)


def _run(
    session: Session, commands: tuple[str, ...], script: IO[str] | None, *, as_json: bool
) -> bool:
    if commands or script is not None or not sys.stdin.isatty():
        printer = _Printer(as_json=as_json, echo=True)
        source = iter(commands) if commands else iter(script or sys.stdin)
        for line in _whole_lines(source):
            answer = session.run(line)
            printer.show(line, answer)
            if answer.ends:
                break
        return printer.is_well
    from .prompt import ask_lines

    printer = _Printer(as_json=as_json, echo=False)
    for line in ask_lines(session):
        answer = session.run(line)
        printer.show(line, answer)
        if answer.ends:
            break
    return True


amm.add_command(race)
