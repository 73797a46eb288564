"""Ending at once on a signal, for commands that have nothing to report or clean up."""

import os
from typing import NoReturn

__all__ = ["end_at_once"]


def end_at_once(number: int, _frame: object) -> NoReturn:
    """Handle a signal by ending the process with its exit status, 128 plus its number."""
    os._exit(128 + number)
