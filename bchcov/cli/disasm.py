"""`bchcov disasm`: disassemble bytecode to CashAssembly."""

from __future__ import annotations

import sys

import click

from ..assembly import disassemble_lines
from ..vm.rules.ruleset import RuleSet
from .terminal.rules import rules_option
from .terminal.sources import read_bytecode

__all__ = ["disasm"]


@click.command()
@click.argument("source", default="-", metavar="[HEX|FILE|-]")
@rules_option
@click.option(
    "--lines", is_flag=True, help="Print a line for each instruction, with its byte offset."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def disasm(source: str, rules: RuleSet, lines: bool, as_json: bool) -> None:
    """Disassemble bytecode to CashAssembly that assembles to the same bytes.

    The bytecode is hexadecimal: the argument itself, a file, or standard input ("-" or no
    argument).
    """
    code = read_bytecode(source)
    # Written as it is produced, since the text takes many times the bytes of the script.
    write = sys.stdout.write
    if as_json:
        # Disassembly has nothing that JSON would have to escape.
        write('{"asm": "')
        _write_joined(code, rules)
        write(f'", "size": {len(code)}, "lines": [')
        for number, (offset, text) in enumerate(disassemble_lines(code, rules)):
            write(f'{", " if number else ""}{{"offset": {offset}, "asm": "{text}"}}')
        write("]}\n")
    elif lines:
        for offset, text in disassemble_lines(code, rules):
            write(f"{offset:>6}  {text}\n")
    else:
        _write_joined(code, rules)
        write("\n")


def _write_joined(code: bytes, rules: RuleSet) -> None:
    for number, (_, text) in enumerate(disassemble_lines(code, rules)):
        sys.stdout.write(f" {text}" if number else text)
