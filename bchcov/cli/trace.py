"""`bchcov trace`: run an input of a transaction and show each step of it."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import click

from ..contract.contract import Contract
from ..formats.verify_lines import LineOptions
from ..seeing import Spending, spending_page, spending_template, why
from ..seeing.stepping_text import Wanted, opcodes_named, step_object, trace_lines, trace_rows
from ..vm.rules.ruleset import RuleSet
from ..vm.trace import Trace
from .terminal.knowledge import Knowledge
from .terminal.rules import check_rules
from .terminal.spendings import choose_input, read_spending, spending_options

__all__ = ["trace"]

_PHASES = ("unlocking", "locking", "redeem")
_RANGE = re.compile(r"([0-9]{0,9})(?::([0-9]{0,9}))?")


def _opcodes(names: tuple[str, ...], rules: RuleSet) -> tuple[int, ...]:
    found = []
    for name in names:
        opcode = opcodes_named(name, rules)
        if opcode is None:
            raise click.BadParameter(f"there is no opcode {name[:40]!a}", param_hint="'--opcode'")
        found.append(opcode)
    return tuple(found)


def _range(
    _ctx: click.Context, _option: click.Parameter, text: str | None
) -> tuple[int, int | None]:
    if text is None:
        return 1, None
    match = _RANGE.fullmatch(text)
    if match is None or not text.strip(":"):
        raise click.BadParameter(f"{text[:40]!a}: expected FIRST:LAST, each a step from 1")
    first = int(match[1] or 1)
    if ":" not in text:
        return first, first
    return first, int(match[2]) if match[2] else None


@click.command()
@spending_options
@click.option(
    "--input",
    "index",
    type=click.IntRange(0),
    help="The input; without it the one that is refused, or else the first.",
)
@click.option("--phase", "phases", multiple=True, type=click.Choice(_PHASES))
@click.option("--opcode", "opcodes", multiple=True, help="Only this opcode's steps.")
@click.option("--range", "steps", metavar="FIRST:LAST", callback=_range, help="Only these steps.")
@click.option("--table", "as_table", is_flag=True, help="Print a table.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each step.")
@click.option(
    "--page",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page of HTML instead, of the whole transaction, that needs no network.",
)
@click.option(
    "--template",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a wallet template of the input instead, for Bitauth IDE, without keys.",
)
@click.option(
    "-v",
    "--verbose",
    count=True,
    help="Unfold functions; -vv loops too; -vvv shows every item of both stacks.",
)
@click.pass_context
def trace(
    ctx: click.Context,
    source: str,
    which: str | None,
    rules: str,
    consensus: bool,
    contracts: tuple[Contract, ...],
    known: dict[str, bytes],
    index: int | None,
    phases: tuple[str, ...],
    opcodes: tuple[str, ...],
    steps: tuple[int, int | None],
    as_table: bool,
    as_json: bool,
    page: Path | None,
    template: Path | None,
    verbose: int,
) -> None:
    """Run an input and show each step with the stack before it, and why it is refused.

    The transaction is a line as `bchcov verify` takes it, a VMB test of a file, or one in the
    file of a chain. Rounds of loops and functions are folded. The exit code is 1 if the input
    is refused.
    """
    options = LineOptions(check_rules(rules), not consensus)
    spending = read_spending(source, which, options, Knowledge(contracts, known))
    number = choose_input(spending, index)
    of_opcodes = _opcodes(opcodes, spending.rules)
    if page is not None:
        spending_page(spending).write(page)
        ctx.exit(0 if spending.error is None else 1)
    followed = spending.trace(number)
    if template is not None:
        told = spending_template(spending, number).to_json()
        template.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
        ctx.exit(0 if followed.result.ok else 1)
    wanted = Wanted(phases, of_opcodes, steps[0], steps[1], verbose)
    if as_json:
        _print_json(spending, followed, wanted)
    elif as_table:
        _print_table(spending, followed, wanted)
    else:
        draft = f", draft {spending.rules.draft}" if spending.rules.draft else ""
        click.echo(f"input {number} of {len(spending.transaction.inputs)}, {spending.txid}{draft}")
        for line in trace_lines(spending, followed, wanted):
            sys.stdout.write(line + "\n")
        _print_why(spending, number)
    ctx.exit(0 if followed.result.ok else 1)


def _print_why(spending: Spending, number: int) -> None:
    explained = why(spending)
    if explained is None:
        return
    if explained.problem.input in (number, None):
        click.echo()
        click.echo(str(explained))


def _print_json(spending: Spending, followed: Trace, wanted: Wanted) -> None:
    end = len(followed) if wanted.last is None else min(len(followed), wanted.last)
    for number in range(max(0, wanted.first - 1), end):
        if wanted.has(followed.steps, number):
            told = step_object(followed.steps[number], spending)
            sys.stdout.write(json.dumps(told, separators=(",", ":")) + "\n")


def _print_table(spending: Spending, followed: Trace, wanted: Wanted) -> None:
    from rich.table import Table

    from .terminal.console import outside, print_table

    head, *rows = trace_rows(spending, followed, wanted)
    table = Table()
    for name in head:
        table.add_column(name, justify="right" if name in ("step", "byte", "cost") else "left")
    for row in rows:
        table.add_row(*map(outside, row))
    print_table(table)
