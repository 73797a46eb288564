"""`bchcov disasm`: bytecode in, CashAssembly out."""

from __future__ import annotations

import json

import click

from ..assembly import disassemble, disassemble_lines
from .sources import read_bytecode

__all__ = ["disasm"]


@click.command()
@click.argument("source", default="-", metavar="[HEX|FILE|-]")
@click.option("--lines", is_flag=True, help="A line for each instruction, with its byte offset.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def disasm(source: str, lines: bool, as_json: bool) -> None:
    """Disassemble bytecode to CashAssembly that assembles to the same bytes.

    The bytes are hexadecimal: given as such, in a file, or on standard input ("-", or
    nothing).
    """
    code = read_bytecode(source)
    if as_json:
        parts = [{"offset": offset, "asm": text} for offset, text in disassemble_lines(code)]
        click.echo(json.dumps({"asm": disassemble(code), "size": len(code), "lines": parts}))
    elif lines:
        for offset, text in disassemble_lines(code):
            click.echo(f"{offset:>6}  {text}")
    else:
        click.echo(disassemble(code))
