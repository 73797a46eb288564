"""The way in from a shell: ready for signals before anything else is imported."""

import os
import sys
from typing import NoReturn

from .terminal.at_once import end_at_once

__all__ = ["start"]


def start() -> NoReturn:
    """Run the command of `sys.argv`, and end the process with its status."""
    try:
        # Imported with the time it takes, where an interruption is no traceback any more.
        import signal

        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, end_at_once)
        from .terminal.streams import finish_streams, prepare_streams

        prepare_streams()
        from .main import main

        try:
            main(prog_name="bchcov")
        except SystemExit as end:
            status = finish_streams(end.code)
        else:
            status = finish_streams(0)
    except KeyboardInterrupt:
        os._exit(130)
    if status > 128:
        # Stopped by a signal: whatever the interrupted code has left half done is not waited for.
        os._exit(status)
    sys.exit(status)
