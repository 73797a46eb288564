"""`bchcov asm`: CashAssembly in, bytecode out."""

from __future__ import annotations

import json
import re

import click

from ..assembly import assemble, assemble_notation
from ..assembly.assembler import Binding
from ..encoding.hexadecimal import decode_hex
from ..errors import AssemblyError, DecodeError
from .terminal.sources import read_text

__all__ = ["asm"]

_INTEGER = re.compile(r"-?[0-9]{1,4000}")
_NAME = re.compile(r"[a-zA-Z_][.a-zA-Z0-9_-]*")
# A line longer than a terminal is shown around the error.
_SHOWN = 60


def _bind(text: str) -> tuple[str, Binding]:
    name, equals, value = text.partition("=")
    if not equals or not _NAME.fullmatch(name):
        raise click.BadParameter(f"{text[:80]!r} is not NAME=VALUE", param_hint="--bind")
    if value.startswith("0x"):
        try:
            return name, decode_hex(value[2:])
        except DecodeError as error:
            raise click.BadParameter(f"{name}: {error}", param_hint="--bind") from None
    return name, int(value) if _INTEGER.fullmatch(value) else value


def _point_at(source: str, error: AssemblyError) -> str:
    """The line an error is in, with a caret under its place."""
    lines = source.split("\n")
    if error.line > len(lines) or error.binding is not None:
        return ""
    # A control character would move the caret away from its place, or change the terminal.
    line = "".join(c if c.isprintable() else " " for c in lines[error.line - 1])
    column = error.column - 1
    start = max(0, column - _SHOWN)
    return f"\n{line[start : column + _SHOWN]}\n{' ' * (column - start)}^"


@click.command()
@click.argument("source", default="-", metavar="[TEXT|FILE|-]")
@click.option(
    "--bind",
    multiple=True,
    metavar="NAME=VALUE",
    help="Give an identifier its meaning: 0x and hexadecimal, an integer, or CashAssembly.",
)
@click.option(
    "--notation",
    type=click.Choice(("cashassembly", "artifact", "node")),
    default="cashassembly",
    help="How the source is written: in an artifact bare digits are pushed hexadecimal bytes;"
    " as nodes write scripts, short ones are decimal.",
)
@click.option(
    "--bare-numbers", is_flag=True, help="Take a number outside a push as bytes of the script."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def asm(
    source: str, bind: tuple[str, ...], notation: str, bare_numbers: bool, as_json: bool
) -> None:
    """Assemble CashAssembly to bytecode in hexadecimal.

    The source is given as such, in a file, or on standard input ("-", or nothing). A bare
    number, as 1027, pushes nothing in CashAssembly and is an error: <1027> pushes the
    number, <0x1027> the bytes.
    """
    bindings = dict(map(_bind, bind))
    if notation != "cashassembly" and (bindings or bare_numbers):
        raise click.UsageError("--bind and --bare-numbers are for CashAssembly only")
    text = read_text(source)
    try:
        if notation == "cashassembly":
            code = assemble(text, bindings, bare_numbers=bare_numbers)
        else:
            code = assemble_notation(text, "node" if notation == "node" else "artifact")
    except AssemblyError as error:
        raise click.ClickException(f"{error}{_point_at(text, error)}") from None
    click.echo(json.dumps({"hex": code.hex(), "size": len(code)}) if as_json else code.hex())
