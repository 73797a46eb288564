"""`bchcov disasm`: bytecode in, CashAssembly out."""

from __future__ import annotations

import json
import sys

import click

from ..assembly import disassemble_lines
from .terminal.sources import read_bytecode

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
    # Written as it is made: a script takes many times its bytes as text, and as objects more.
    write = sys.stdout.write
    if as_json:
        write('{"asm": "')
        _write_joined(code)
        write(f'", "size": {len(code)}, "lines": [')
        for number, (offset, text) in enumerate(disassemble_lines(code)):
            write(f"{', ' if number else ''}{json.dumps({'offset': offset, 'asm': text})}")
        write("]}\n")
    elif lines:
        for offset, text in disassemble_lines(code):
            write(f"{offset:>6}  {text}\n")
    else:
        _write_joined(code)
        write("\n")


def _write_joined(code: bytes) -> None:
    # Disassembly is letters and digits: nothing in it has to be escaped in JSON.
    for number, (_, text) in enumerate(disassemble_lines(code)):
        sys.stdout.write(f" {text}" if number else text)
