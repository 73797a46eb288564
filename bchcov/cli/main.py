"""The command `bchcov`: a group whose subcommands are imported only when they are called."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from importlib import import_module, metadata
from typing import Any, NoReturn

import click

from ..engine import engine_name
from ..errors import WorkerLost
from .terminal.at_once import end_at_once
from .terminal.errors import show_error
from .terminal.streams import FAILED, describe_failure

__all__ = ["main"]

# The summaries are here so that listing the commands imports none of them.
COMMANDS = {
    "verify": "Verify transactions, given as lines of JSON.",
    "trace": "Run an input of a transaction step by step, and show why it is refused.",
    "debug": "Step through an input of a transaction, forwards and backwards.",
    "graph": "Make a page of transactions as a graph: who spent what, and what conflicts.",
    "fuzz": "Search for transactions that a contract should have refused.",
    "vectors": "Run the test vectors of the Bitcoin Cash community.",
    "cover": "Measure what transactions reach in a contract, and which checks they see fail.",
    "mutate": "Weaken a contract in one place at a time, to find what its transactions miss.",
    "cost": "Measure what the spends of a contract cost, and compare with a snapshot.",
    "amm": "Run a SequencedAMM pool on an emulated chain, or compare pools in a race.",
    "salvage": "Read everything undamaged out of a damaged chain file.",
    "decode": "Show a transaction, or the outputs it spends, in readable form.",
    "asm": "Assemble CashAssembly to bytecode.",
    "disasm": "Disassemble bytecode to CashAssembly.",
    "opcodes": "Explain opcodes: stack effect, cost, year and source.",
}


class _LazyGroup(click.Group):
    """A group whose commands are in modules of the same name.

    It reports every error that ends a command in one sentence that is safe to show.
    """

    def main(self, *args: Any, **options: Any) -> Any:
        run: Callable[..., Any] = super().main
        if not options.pop("standalone_mode", True):
            return run(*args, standalone_mode=False, **options)
        try:
            sys.exit(run(*args, standalone_mode=False, **options))
        except click.ClickException as error:
            show_error(error)
            sys.exit(error.exit_code)
        except click.Abort as abort:
            is_interrupted = isinstance(abort.__cause__, KeyboardInterrupt)
            sys.exit(128 + signal.SIGINT if is_interrupted else 1)
        except WorkerLost as error:
            _fail(str(error))
        except OSError as error:
            _fail(describe_failure(error))
        except MemoryError:
            _fail("out of memory")

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"..{cmd_name}", __name__), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _fail(sentence: str) -> NoReturn:
    sys.stderr.write(f"Error: {sentence}\n")
    sys.exit(FAILED)


def _let_session_end() -> None:
    """Let signals raise exceptions, so that a session leaves its prompt and closes its file."""
    if signal.getsignal(signal.SIGINT) is end_at_once:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGTERM) is end_at_once:
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))


def _print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"bchcov {metadata.version('bchcov')} ({engine_name()} engine)")
        ctx.exit()


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version, and which engine runs, and exit.",
)
@click.option("-v", "--verbose", count=True, help="Print more on standard error; -vv prints most.")
@click.pass_context
def main(ctx: click.Context, verbose: int) -> None:
    """Verify and inspect Bitcoin Cash transactions and scripts.

    Results go to standard output, everything else to standard error. The exit code is 0 for
    success, 1 if something is refused or cannot be read, 2 for wrong usage, 3 for a failure of
    the system (a full device, a closed stream, a lost process), and 130 or 143 if SIGINT or
    SIGTERM ended the command.
    """
    ctx.obj = verbose
    if ctx.invoked_subcommand == "amm":
        _let_session_end()
