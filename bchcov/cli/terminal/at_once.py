"""Ending at once on a signal, for commands that have nothing to report or clean up."""

from __future__ import annotations

import os

# Not `typing`: this is imported before anything else, see `bchcov.cli.start`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["end_at_once"]


def end_at_once(number: int, _frame: object) -> NoReturn:
    """Handle a signal by ending the process with its exit status, 128 plus its number."""
    os._exit(128 + number)
