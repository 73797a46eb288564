"""Errors of commands on standard error, with nothing in them that changes what is shown."""

from __future__ import annotations

import click

from ...encoding.printable import printable

__all__ = ["show_error"]


def show_error(error: click.ClickException) -> None:
    """Write an error as click does, and what it quotes from outside escaped.

    Only an error of ours has more than one line, where it points at a place in a source.
    """
    message = error.format_message()
    is_usage = isinstance(error, click.UsageError)
    lines = [message] if is_usage else message.split("\n")
    shown = "\n".join(map(printable, lines))
    # Escaped before click has it: click would take colours out of the text instead.
    error.format_message = lambda: shown  # type: ignore[method-assign]
    error.show()
