"""Run the command line as `python -m bchcov`."""

from .cli.start import start

start()
