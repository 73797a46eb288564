"""Errors of commands on standard error, with text from outside escaped."""

from __future__ import annotations

import click

from ...encoding.printable import printable

__all__ = ["show_error"]


def show_error(error: click.ClickException) -> None:
    """Print an error as click does, with the text that it quotes escaped.

    Lines are kept apart only in our own errors, which may point at a place in a source.
    """
    message = error.format_message()
    is_usage = isinstance(error, click.UsageError)
    lines = [message] if is_usage else message.split("\n")
    shown = "\n".join(map(printable, lines))
    # Escaped first, since click would remove colour codes instead of showing them.
    error.format_message = lambda: shown  # type: ignore[method-assign]
    error.show()
