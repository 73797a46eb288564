"""Run the command line as `python -m bchcov`."""

from .cli.main import main

main(prog_name="bchcov")
