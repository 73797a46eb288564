"""The answers of `bchcov verify -v`: what is refused, explained on one screen each."""

from __future__ import annotations

from typing import IO

import click

from ...encoding.printable import printable
from ...errors import BchcovError, FormatError
from ...formats.verify_lines import LineOptions, read_line
from ...seeing import see, why
from ...transaction.codec import transaction_id
from ..terminal.knowledge import Knowledge
from ..terminal.lines import read_lines

__all__ = ["explain_lines"]


def explain_lines(stream: IO[bytes], options: LineOptions, knowledge: Knowledge) -> bool:
    """Print a verdict for each line, with why it is refused; return whether all are valid."""
    all_valid = True
    for line in read_lines(stream):
        try:
            transaction, sources, rules = read_line(line.text, options)
            spending = see(
                transaction, sources, rules, contracts=knowledge.contracts, known=knowledge.known
            )
        except (FormatError, BchcovError) as error:
            all_valid = False
            click.echo(f"line {line.number}: cannot be read: {printable(str(error))}\n")
            continue
        explained = why(spending)
        draft = f" (draft {rules.draft})" if rules.draft else ""
        name = f"line {line.number}: {transaction_id(transaction)}{draft}"
        if explained is None:
            click.echo(f"{name}: accepted\n")
        else:
            all_valid = False
            click.echo(f"{name}\n{explained}\n")
    return all_valid
