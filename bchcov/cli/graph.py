"""`bchcov graph`: transactions as a graph, on a page of HTML."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..chain import ChainFile
from ..contract.contract import Contract
from ..errors import BchcovError
from ..formats.verify_lines import LineOptions
from ..seeing import Page, chain_page, spendings_page
from .terminal.files import writing
from .terminal.knowledge import Knowledge, knowledge_options
from .terminal.rules import check_rules
from .terminal.spendings import chain_path, read_spendings

__all__ = ["graph"]


@click.command()
@click.argument("source", default="-", metavar="[FILE|-]")
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the page into this file instead of standard output.",
)
@click.option("--title", default="", metavar="TEXT", help="What stands above it.")
@click.option(
    "--rules",
    default="BCH_2026",
    is_eager=True,
    show_default=True,
    metavar="NAME",
    help="The rules for what does not say them itself.",
)
@click.option("--consensus", is_flag=True, help="Judge as for a block, not as for relay.")
@knowledge_options
def graph(
    source: str,
    out: Path | None,
    title: str,
    rules: str,
    consensus: bool,
    contracts: tuple[Contract, ...],
    known: dict[str, bytes],
) -> None:
    """Make a page of transactions as a graph: who spent what, and what conflicts.

    The transactions are lines as `bchcov verify` takes them, VMB tests of a file, or all of
    those in the file of a chain. The page is one file of HTML that needs no network.
    """
    options = LineOptions(check_rules(rules), not consensus)
    page = _page(source, title, options, Knowledge(contracts, known))
    if out is None:
        sys.stdout.write(page.html)
        return
    with writing(out):
        page.write(out)


def _page(source: str, title: str, options: LineOptions, knowledge: Knowledge) -> Page:
    path = chain_path(source)
    if path is None:
        return spendings_page(read_spendings(source, options, knowledge), title=title)
    try:
        with ChainFile(path) as file:
            return chain_page(
                file.chain, contracts=knowledge.contracts, known=knowledge.known, title=title
            )
    except BchcovError as error:
        raise click.ClickException(str(error)) from None
