"""The end by a signal where nothing is finished that could be reported."""

import os
from typing import NoReturn

__all__ = ["end_at_once"]


def end_at_once(number: int, _frame: object) -> NoReturn:
    """Handle a signal: end with its status, as shells know it."""
    os._exit(128 + number)
