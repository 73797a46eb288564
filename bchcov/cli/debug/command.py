"""`bchcov debug`: a debugger of one input of a transaction."""

from __future__ import annotations

import click

from ...contract.contract import Contract
from ...errors import CommandError
from ...formats.verify_lines import LineOptions
from ...seeing.debugger import Debugger
from ...seeing.session import open_debugger
from ..terminal.knowledge import Knowledge
from ..terminal.rules import check_rules
from ..terminal.spendings import choose_input, read_spending, spending_options

__all__ = ["debug"]


@click.command()
@spending_options
@click.option(
    "--input",
    "index",
    type=click.IntRange(0),
    help="The input; without it the one that is refused, or else the first.",
)
@click.option("--break", "stops", multiple=True, metavar="WHERE", help="Add a breakpoint.")
@click.option("--watch", "watches", multiple=True, metavar="EXPR", help="Watch an expression.")
@click.option("--plain", is_flag=True, help="Lines of text, also where there is a screen.")
@click.pass_context
def debug(
    ctx: click.Context,
    source: str,
    which: str | None,
    rules: str,
    consensus: bool,
    contracts: tuple[Contract, ...],
    known: dict[str, bytes],
    index: int | None,
    stops: tuple[str, ...],
    watches: tuple[str, ...],
    plain: bool,
) -> None:
    """Step through an input, forwards and backwards, with breakpoints and watches.

    The transaction is a line as `bchcov verify` takes it, a VMB test of a file, one in the
    file of a chain, or what a function returns that a file of Python names: FILE.py:FUNCTION.
    It fills the screen of a terminal; without one, or with --plain, commands are lines of
    standard input. `help` lists them.
    """
    options = LineOptions(check_rules(rules), not consensus)
    spending = read_spending(source, which, options, Knowledge(contracts, known))
    debugger = Debugger(spending, choose_input(spending, index))
    try:
        for text in stops:
            debugger.add_breakpoint(text)
        for text in watches:
            debugger.watch(text)
    except CommandError as error:
        raise click.BadParameter(str(error)) from None
    open_debugger(debugger, is_plain=plain)
    ctx.exit(0)
