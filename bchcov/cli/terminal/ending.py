"""The last message and exit status of a command that was ended early."""

from __future__ import annotations

import sys
from contextlib import suppress

from ...errors import WorkerLost
from ...processes.signals import Stopped
from .streams import FAILED

__all__ = ["end_status", "report_end"]


def end_status(end: Stopped | WorkerLost) -> int:
    """Return the exit status of a command that was ended by a signal or a lost process."""
    return end.status if isinstance(end, Stopped) else FAILED


def report_end(end: Stopped | WorkerLost, finished: str) -> None:
    """Report on standard error what ended the command, and what was `finished` until then."""
    # A failure here is reported when the process ends.
    with suppress(OSError):
        sys.stdout.flush()
    sys.stderr.write(f"Error: {end}: {finished}\n")
    sys.stderr.flush()
