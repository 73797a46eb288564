"""The entry point of the command line, which handles signals before it imports the rest."""

import os
import sys
from typing import NoReturn

from .terminal.at_once import end_at_once

__all__ = ["start"]


def start() -> NoReturn:
    """Run the command in `sys.argv`, and end the process with its exit status."""
    try:
        # Importing takes a while, so an interruption here must not show a traceback.
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
        # Stopped by a signal: do not wait for anything that the interrupted code left running.
        os._exit(status)
    sys.exit(status)
