"""The command `bchcov`: a group whose commands are imported when they are called."""

from __future__ import annotations

from importlib import import_module, metadata

import click

__all__ = ["main"]

# The summaries stand here so that listing the commands imports none of them.
COMMANDS = {
    "verify": "Verify transactions given as lines of JSON.",
    "vectors": "Run the test vectors of the Bitcoin Cash community.",
    "amm": "Run a SequencedAMM pool on an emulated chain; race users on three pools.",
    "decode": "Show a transaction, or the outputs it spends, in readable form.",
    "asm": "Assemble CashAssembly to bytecode.",
    "disasm": "Disassemble bytecode to CashAssembly.",
    "opcodes": "Explain opcodes: stack effect, cost, year and source.",
}


class _LazyGroup(click.Group):
    """Commands that live in modules of their own name; each exports one of that name."""

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


def _print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"bchcov {metadata.version('bchcov')}")
        ctx.exit()


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.option("-v", "--verbose", count=True, help="Say more on standard error; -vv says most.")
@click.pass_context
def main(ctx: click.Context, verbose: int) -> None:
    """Verify and take apart Bitcoin Cash transactions and scripts.

    Results go to standard output, everything else to standard error. The exit code is 0
    when all is well, 1 when something is refused or cannot be read, and 2 for wrong usage.
    """
    ctx.obj = verbose
