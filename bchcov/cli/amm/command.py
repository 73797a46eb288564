"""`bchcov amm`: a SequencedAMM pool on an emulated chain, used by command, script or prompt."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ...chain import ChainFile
from ...encoding.printable import printable
from ...errors import BchcovError
from ...simulator import PROFILES, Answer, Session
from ..terminal.console import WIDTH_ELSEWHERE
from .folder import settings_folder
from .interrupts import Interrupts
from .race import race

__all__ = ["amm"]

_HEIGHT = 1_000
_INTERRUPTED = 130


class _Printer:
    """Prints answers on standard output: as lines and tables, or as one JSON object each."""

    def __init__(self, *, as_json: bool, echo: bool) -> None:
        self._as_json, self._echo = as_json, echo
        width = None if sys.stdout.isatty() else WIDTH_ELSEWHERE
        self._console = Console(highlight=False, markup=False, emoji=False, width=width)
        self.is_well = True

    def show(self, line: str, answer: Answer) -> None:
        self.is_well = self.is_well and answer.ok
        line = line.strip()
        if self._as_json:
            if line and not line.startswith("#"):
                said = {"command": line, "ok": answer.ok} | answer.data
                click.echo(json.dumps(said, separators=(",", ":")))
            return
        if self._echo and line:
            self._write(f"> {printable(line)}", "bold")
        for each in answer.lines:
            # An error may quote several lines of source.
            for part in each.split("\n"):
                self._write(printable(part), "" if answer.ok else "red")
        if answer.rows:
            rows = [[Text(printable(cell)) for cell in row] for row in answer.rows]
            # On a narrow screen lines wrap, so that no figure is cut off.
            widths = [max(text.cell_len for text in column) for column in zip(*rows, strict=True)]
            table = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1))
            for heading, width in zip(rows[0], widths, strict=True):
                table.add_column(heading, width=width, no_wrap=True)
            for row in rows[1:]:
                table.add_row(*row)
            width = max(self._console.width, sum(widths) + 4 * len(widths) + 4)
            Console(highlight=False, markup=False, emoji=False, width=width).print(table)

    def _write(self, text: str, style: str) -> None:
        self._console.print(Text(text, style), soft_wrap=True)


def _lines_of(stream: IO[bytes]) -> Iterator[str]:
    """Yield the lines of a script; the session refuses those that are not UTF-8."""
    for number, line in enumerate(stream):
        text = line.decode("utf-8", "surrogateescape")
        yield text.removeprefix("\ufeff") if number == 0 else text


def _whole_lines(lines: Iterator[str]) -> Iterator[str]:
    """Yield commands: a bare `commit` takes the next line as its action."""
    for line in lines:
        if line.split() == ["commit"]:
            yield f"commit {next(lines, '').strip()}"
        else:
            yield line.rstrip("\r\n")


def _default_file() -> Path:
    try:
        return settings_folder() / "amm.sqlite"
    except OSError as error:
        raise click.ClickException(
            f"{error.filename}: {error.strerror}: choose a file with --file, or use --memory"
        ) from None


@click.group(invoke_without_command=True)
@click.option(
    "--file",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The chain's file, created if missing. Default: amm.sqlite in your settings folder.",
)
@click.option("--memory", is_flag=True, help="Keep the chain in memory only.")
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    default="ticketed",
    show_default=True,
    help="The pool to start with.",
)
@click.option(
    "-c",
    "--command",
    "commands",
    multiple=True,
    metavar="LINE",
    help="Run this command and exit; may be repeated.",
)
@click.option(
    "--script",
    type=click.File("rb"),
    metavar="FILE",
    help='Run the commands in FILE, one per line; "-" is standard input.',
)
@click.option("--seed", type=click.IntRange(0), help="Derive the wallet's keys from this number.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each command.")
@click.pass_context
def amm(
    ctx: click.Context,
    path: Path | None,
    memory: bool,
    profile: str,
    commands: tuple[str, ...],
    script: IO[bytes] | None,
    seed: int | None,
    as_json: bool,
) -> None:
    """Run a SequencedAMM pool on an emulated chain.

    Without a subcommand this starts a session of commands (help lists them). Each makes real
    transactions, which are verified by the script engine and kept in the chain's file.
    Commands come from -c, --script, a pipe, or a prompt. The exit code is 1 if a command was
    wrong or refused. Ctrl-C ends a long command and leaves the chain as it was before it.
    """
    if ctx.invoked_subcommand is not None:
        return
    if memory and path is not None:
        raise click.UsageError("--memory and --file cannot be used together")
    where = ":memory:" if memory else str(path or _default_file())
    try:
        with ChainFile(where, height=_HEIGHT) as file:
            session = Session(file, profile=profile, seed=seed)
            if session.news:
                click.echo(session.news, err=True)
            is_well = _run(session, commands, script, as_json=as_json)
    except BchcovError as error:
        raise click.ClickException(printable(str(error))) from None
    except KeyboardInterrupt:
        ctx.exit(_INTERRUPTED)
    ctx.exit(0 if is_well else 1)


def _run(
    session: Session, commands: tuple[str, ...], script: IO[bytes] | None, *, as_json: bool
) -> bool:
    """Run all commands; return whether all succeeded. Raises KeyboardInterrupt."""
    if commands or script is not None or not (sys.stdin and sys.stdin.isatty()):
        printer = _Printer(as_json=as_json, echo=True)
        stream = script or (sys.stdin.buffer if sys.stdin else io.BytesIO())
        source = iter(commands) if commands else _lines_of(stream)
        with Interrupts(session) as interrupts:
            for line in _whole_lines(source):
                answer = interrupts.run(line)
                printer.show(line, answer)
                if answer.ends:
                    break
                if interrupts.came:
                    raise KeyboardInterrupt
        return printer.is_well
    from .prompt import ask_lines

    printer = _Printer(as_json=as_json, echo=False)
    with Interrupts(session, always=True) as interrupts:
        for line in ask_lines(session):
            answer = interrupts.run(line)
            printer.show(line, answer)
            if answer.ends:
                break
    return True


amm.add_command(race)
