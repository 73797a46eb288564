"""Reading the transaction that a command looks at: a line, a test, or one of a chain's file."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from ...chain import ChainFile, find_transaction
from ...encoding.json_text import JSON
from ...errors import BchcovError, EncodeError, FormatError
from ...formats.fields import read_json, read_text
from ...formats.recognize import split_hex
from ...formats.verify_lines import LineOptions, read_line
from ...formats.vmb import read_vmb
from ...seeing import Spending, as_spending, see
from ...transaction.codec import transaction_id
from ...vm.rules.loading import load_rules
from .functions import load_function
from .knowledge import Knowledge, knowledge_options
from .lines import read_lines
from .sources import read_text as read_source

__all__ = ["chain_path", "choose_input", "read_spending", "read_spendings", "spending_options"]

_SQLITE = b"SQLite format 3\0"
_FUNCTION = re.compile(r"(.+\.py):([A-Za-z_][A-Za-z0-9_]*)")


def spending_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the transaction that it looks at, and what is known of it."""
    for decorate in (
        knowledge_options,
        click.option("--consensus", is_flag=True, help="Judge as for a block, not as for relay."),
        click.option(
            "--rules",
            default="BCH_2026",
            is_eager=True,
            show_default=True,
            metavar="NAME",
            help="The rules for what does not say them itself.",
        ),
        click.option(
            "--tx",
            "which",
            metavar="ID",
            help="Which transaction: its id, the beginning of its txid, or its number from 1.",
        ),
        click.argument("source", default="-", metavar="[FILE|JSON|HEX|-]"),
    ):
        command = decorate(command)
    return command


def read_spending(
    source: str, which: str | None, options: LineOptions, knowledge: Knowledge
) -> Spending:
    """Read one transaction with what it spends; without `which` the first one.

    The source is that of lines as `bchcov verify` takes them, a file of VMB tests, the file of
    a chain, or a function of a file of Python. Raises click.ClickException for one that cannot
    be read.
    """
    try:
        for number, (name, spending) in enumerate(_each(source, which, options, knowledge), 1):
            names = (name, str(number))
            if (
                which is None
                or which in names
                or (len(which) >= 4 and spending.txid.startswith(which.lower()))
            ):
                return spending
    except BchcovError as error:
        raise click.ClickException(str(error)) from None
    where = "" if which is None else f" {which[:80]!a}"
    raise click.ClickException(f"there is no transaction{where} in this source")


def read_spendings(source: str, options: LineOptions, knowledge: Knowledge) -> list[Spending]:
    """Read all transactions of a source, which is no chain. Raises click.ClickException."""
    try:
        return [spending for _, spending in _each(source, None, options, knowledge)]
    except BchcovError as error:
        raise click.ClickException(str(error)) from None


def chain_path(source: str) -> Path | None:
    """Return the file that a source names, if it is that of a chain."""
    path = Path(source) if len(source) < 4_000 and "\0" not in source else None
    if path is None or not path.is_file():
        return None
    with path.open("rb") as file:
        return path if file.read(len(_SQLITE)) == _SQLITE else None


def _each(
    source: str, which: str | None, options: LineOptions, knowledge: Knowledge
) -> Iterator[tuple[str, Spending]]:
    if match := _FUNCTION.fullmatch(source):
        yield match[2], _of_function(Path(match[1]), match[2], knowledge)
        return
    path = chain_path(source)
    if path is not None:
        yield _of_chain(path, which, knowledge)
        return
    text = read_source(source)
    if text.lstrip().startswith("["):
        yield from _of_tests(text, options, knowledge)
        return
    for line in read_lines(io.BytesIO(text.encode())):
        try:
            transaction, sources, rules = read_line(line.text, options)
        except FormatError as error:
            raise FormatError(f"line {line.number}: {error}") from None
        given = {} if split_hex(read_text(line.text)) else read_json(read_text(line.text))
        name = given.get("id") if isinstance(given, dict) else None
        yield (
            str(name),
            see(
                transaction,
                sources,
                rules,
                contracts=knowledge.contracts,
                known=knowledge.known,
                title="" if name is None else str(name),
            ),
        )


def _of_function(path: Path, name: str, knowledge: Knowledge) -> Spending:
    """Call a function of a file, which returns what was built, submitted, or is to be seen."""
    made: Any = load_function(path, name)()
    try:
        return as_spending(made, contracts=knowledge.contracts, known=knowledge.known)
    except EncodeError as error:
        raise click.ClickException(f"what {name} of {path} returns: {error}") from None


def _of_tests(
    text: str, options: LineOptions, knowledge: Knowledge
) -> Iterator[tuple[str, Spending]]:
    rules = load_rules(str(options.rules), standard=options.standard)
    try:
        rows = JSON.decode(text)
    except ValueError as error:
        raise FormatError(f"not JSON: {error}") from None
    for test in read_vmb(rows):
        yield (
            test.id,
            see(
                test.transaction,
                test.source_outputs,
                rules,
                contracts=knowledge.contracts,
                known=knowledge.known,
                title=test.id,
            ),
        )


def _of_chain(path: Path, which: str | None, knowledge: Knowledge) -> tuple[str, Spending]:
    with ChainFile(path) as file:
        chain = file.chain
        known = {*chain.mempool}
        known |= {transaction_id(each) for block in chain.blocks for each in block.transactions}
        found = [each for each in known if which is not None and each.startswith(which.lower())]
        if which is None or len(found) != 1:
            said = "say which by --tx TXID" if which is None else f"{len(found)} begin so"
            raise click.ClickException(f"{path}: a chain of {len(known)} transactions: {said}")
        transaction, sources, _ = find_transaction(chain, found[0])
        return which, see(
            transaction,
            sources,
            chain.rules,
            contracts=knowledge.contracts,
            known=knowledge.known,
            title=found[0],
        )


def choose_input(spending: Spending, index: int | None) -> int:
    """Return an input; without a wish the one that is refused, or else the first.

    Raises click.BadParameter for one that is not there.
    """
    count = len(spending.transaction.inputs)
    if index is None:
        return spending.telling_input
    if index >= count:
        raise click.BadParameter(f"input {index} is not there: the transaction has {count}")
    return index
