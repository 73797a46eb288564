"""`bchcov verify`: read transactions in any form and write verdicts as lines of JSON."""

from __future__ import annotations

import json
import sys
from time import perf_counter
from typing import IO, TYPE_CHECKING

import click

from ...encoding.printable import printable
from ...errors import WorkerLost
from ...formats.verify_lines import LineOptions
from ...processes.signals import Stopped, stoppable
from ..terminal.ending import end_status, report_end
from ..terminal.knowledge import Knowledge, knowledge_options
from ..terminal.rules import check_rules
from .lines import Answer, judge_lines

if TYPE_CHECKING:
    from ...contract.contract import Contract

__all__ = ["verify"]


def _check_rules(_ctx: click.Context, _option: click.Parameter, name: str) -> str:
    return check_rules(name)


def _print_table(answer: Answer, number: int) -> None:
    from ..terminal.console import print_table
    from .tables import verdict_table

    parsed = json.loads(answer.text)
    name = f"transaction {number}" if parsed["id"] is None else str(parsed["id"])
    print_table(verdict_table(parsed, name=name))
    for remark in parsed.get("remarks", ()):
        click.echo(f"Note: {printable(remark)}")


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--rules",
    default="BCH_2026",
    is_eager=True,
    show_default=True,
    metavar="NAME",
    callback=_check_rules,
    help="The rules for lines without any: BCH_2023, BCH_2025, BCH_2026 or BCH_SPEC.",
)
@click.option(
    "--consensus",
    is_flag=True,
    help="Verify by consensus rules, as for a block; without it by standard rules, as for relay.",
)
@click.option(
    "--scripts-only", is_flag=True, help="Run the scripts only and skip all other checks."
)
@click.option("--all-inputs", is_flag=True, help="Continue after an input that fails.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    metavar="N",
    help="Use N processes; answers stay in order.",
)
@click.option(
    "--json/--table", "as_json", default=None, help="Print lines of JSON (default) or tables."
)
@click.option(
    "-v", "--verbose", count=True, help="Show why a transaction is refused, on one screen each."
)
@knowledge_options
@click.pass_context
def verify(
    ctx: click.Context,
    file: IO[bytes],
    rules: str,
    consensus: bool,
    scripts_only: bool,
    all_inputs: bool,
    jobs: int,
    as_json: bool | None,
    verbose: int,
    contracts: tuple[Contract, ...],
    known: dict[str, bytes],
) -> None:
    """Verify the transactions of FILE ("-" is standard input).

    Each line is an object {"id", "tx", "source_outputs", "rules", "mode"}: the transaction
    and the outputs it spends (a compact size count, then the outputs) in hexadecimal;
    id, rules and mode ("standard" or "consensus") are optional. It may also be the JSON of a
    node, a WalletConnect request, or hexadecimal with the outputs behind it, and an object may
    span many lines. Each is answered by one line, even if it cannot be read. The exit code is
    1 unless all are valid. With -v the answers are for people: what is refused is explained,
    with the source lines of each --contract.
    """
    options = LineOptions(rules, not consensus, scripts_only, all_inputs)
    if verbose and as_json is None:
        # The chain and the compilers are loaded only here.
        from .explaining import explain_lines

        ctx.exit(0 if explain_lines(file, options, Knowledge(contracts, known)) else 1)
    started, count, refused = perf_counter(), 0, 0
    with stoppable():
        try:
            for answer in judge_lines(file, options, jobs=jobs):
                count += 1
                refused += not answer.ok
                if as_json is not False:
                    sys.stdout.write(answer.text + "\n")
                    sys.stdout.flush()
                else:
                    _print_table(answer, count)
        except (Stopped, WorkerLost) as end:
            said = f"{count} answered, {count - refused} valid, {refused} refused"
            report_end(end, said)
            ctx.exit(end_status(end))
    if ctx.obj:
        seconds = perf_counter() - started
        click.echo(f"{count - refused} valid, {refused} refused, {seconds:.2f} s", err=True)
    ctx.exit(1 if refused else 0)
