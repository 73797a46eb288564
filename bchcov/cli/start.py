"""The way in from a shell: ready for signals before anything else is imported."""

from __future__ import annotations

# While this is imported an interruption still shows a traceback, so it takes only what the
# interpreter has loaded by itself, and no `typing`.
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["start"]


def start() -> NoReturn:
    """Run the command in `sys.argv`, and end the process with its exit status."""
    try:
        # The module behind `signal`, which takes long to import, and does not let an
        # interruption of that through as a KeyboardInterrupt.
        import _signal as signal  # type: ignore[import-not-found]

        from .terminal.at_once import end_at_once

        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, end_at_once)
        from .terminal.streams import finish_streams, prepare_streams

        output = prepare_streams()
        from .main import main

        try:
            main(prog_name="bchcov")
        except SystemExit as end:
            status = finish_streams(end.code, output)
        else:
            status = finish_streams(0, output)
    except KeyboardInterrupt:
        os._exit(130)
    if status > 128:
        # Stopped by a signal: do not wait for anything that the interrupted code left running.
        os._exit(status)
    sys.exit(status)
