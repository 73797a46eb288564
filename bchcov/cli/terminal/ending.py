"""What a command says that was ended before its time."""

from __future__ import annotations

import sys
from contextlib import suppress

from ...errors import WorkerLost
from ...processes.signals import Stopped
from .streams import FAILED

__all__ = ["end_status", "report_end"]


def end_status(end: Stopped | WorkerLost) -> int:
    """The exit status of a command that was ended so."""
    return end.status if isinstance(end, Stopped) else FAILED


def report_end(end: Stopped | WorkerLost, finished: str) -> None:
    """Say on standard error what ended the command, and what was `finished` until then."""
    # If that fails it is told when the process ends.
    with suppress(OSError):
        sys.stdout.flush()
    sys.stderr.write(f"Error: {end}: {finished}\n")
    sys.stderr.flush()
