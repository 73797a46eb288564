"""`bchcov asm`: CashAssembly in, bytecode in hexadecimal out."""

from __future__ import annotations

import json
import re

import click

from ..assembly import assemble
from ..encoding.hexadecimal import decode_hex
from ..errors import AssemblyError, DecodeError
from .sources import read_text

__all__ = ["asm"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_INTEGER = re.compile(r"-?[0-9]{1,4000}")
_SHOWN = 60  # characters of a line shown on each side of an error


def _bound_value(text: str) -> bytes | int | str:
    if text.startswith("0x"):
        return decode_hex(text[2:])
    return int(text) if _INTEGER.fullmatch(text) else text


def _parse_bindings(
    _ctx: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> dict[str, bytes | int | str]:
    bindings = {}
    for binding in given:
        name, equals, value = binding.partition("=")
        if not equals or not _NAME.fullmatch(name):
            raise click.BadParameter(f"{binding[:60]!a} is not NAME=VALUE")
        try:
            bindings[name] = _bound_value(value)
        except DecodeError as error:
            raise click.BadParameter(f"{name}: {error.message}") from None
    return bindings


def _point_at(text: str, error: AssemblyError) -> str:
    """Show the line of an error, cut to its surroundings, with a caret below the column."""
    line = [*text.split("\n"), ""][error.line - 1]
    start = max(0, error.column - 1 - _SHOWN)
    shown = line[start : error.column - 1 + _SHOWN]
    # One character a column, and nothing a terminal would obey.
    shown = "".join(letter if letter.isprintable() else " " for letter in shown)
    return f"  {shown}\n  {' ' * (error.column - 1 - start)}^"


@click.command()
@click.argument("source", default="-", metavar="[TEXT|FILE|-]")
@click.option(
    "--bind",
    "bindings",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_parse_bindings,
    help="Give an identifier a value: bytes (0x...), an integer, or CashAssembly.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def asm(
    ctx: click.Context, source: str, bindings: dict[str, bytes | int | str], as_json: bool
) -> None:
    """Assemble CashAssembly and print the bytecode in hexadecimal.

    The source is given as such, in a file, or on standard input ("-", or nothing). An
    error names line and column and shows the place.
    """
    text = read_text(source)
    try:
        code = assemble(text, bindings)
    except AssemblyError as error:
        click.echo(f"Error: {error}\n{_point_at(text, error)}", err=True)
        ctx.exit(1)
    click.echo(json.dumps({"hex": code.hex(), "size": len(code)}) if as_json else code.hex())
