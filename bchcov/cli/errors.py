"""Errors of commands on standard error, with nothing in them that changes what is shown."""

from __future__ import annotations

import io
import sys

import click

from ..encoding.printable import printable

__all__ = ["show_error"]


def show_error(error: click.ClickException) -> None:
    """Write an error as click does, and what it quotes from outside escaped.

    Only an error of ours has more than one line, where it points at a place in a source.
    """
    message = error.format_message()
    is_usage = isinstance(error, click.UsageError)
    lines = [message] if is_usage else message.split("\n")
    shown = io.StringIO()
    error.show(shown)
    sys.stderr.write(shown.getvalue().replace(message, "\n".join(map(printable, lines)), 1))
