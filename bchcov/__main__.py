"""Run the command line as `python -m bchcov`."""

import os

try:
    from .cli.start import start

    start()
except KeyboardInterrupt:
    # Before `start` is ready for signals.
    os._exit(130)
