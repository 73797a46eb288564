"""`bchcov asm`: CashAssembly in, bytecode out."""

from __future__ import annotations

import re
import sys

import click

from ..assembly import assemble, assemble_notation
from ..assembly.assembler import Binding
from ..encoding.hexadecimal import decode_hex
from ..errors import AssemblyError, DecodeError
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import BCH_SPEC
from .terminal.rules import rules_option
from .terminal.sources import read_text

__all__ = ["asm"]

_INTEGER = re.compile(r"-?[0-9]{1,4000}")
_NAME = re.compile(r"[a-zA-Z_][.a-zA-Z0-9_-]*")
# How much of a long line is shown on either side of the error.
_SHOWN = 60
# Hexadecimal is written this many bytes at a time: there may be many times the source of it.
_PIECE = 1 << 16


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
    """Return the line of an error, with a caret under its column."""
    if error.binding is not None:
        return ""
    begins = 0
    for _ in range(error.line - 1):
        begins = source.find("\n", begins) + 1
    ends = source.find("\n", begins)
    at = begins + error.column - 1
    start = max(begins, at - _SHOWN)
    shown = source[start : min(at + _SHOWN, len(source) if ends < 0 else ends)]
    # A control character would misplace the caret or change the terminal.
    line = "".join(each if each.isprintable() else " " for each in shown)
    return f"\n{line}\n{' ' * (at - start)}^"


@click.command()
@click.argument("source", default="-", metavar="[TEXT|FILE|-]")
@click.option(
    "--bind",
    multiple=True,
    metavar="NAME=VALUE",
    help="Define an identifier: 0x and hexadecimal, an integer, or CashAssembly.",
)
@click.option(
    "--notation",
    type=click.Choice(("cashassembly", "artifact", "node")),
    default="cashassembly",
    help="Read the source as CashAssembly (default), as a CashScript artifact, where bare"
    " hexadecimal digits are pushed, or as nodes print scripts, where short ones are decimal.",
)
@rules_option
@click.option("--bare-numbers", is_flag=True, help="Assemble a number outside a push to its bytes.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def asm(
    source: str,
    bind: tuple[str, ...],
    notation: str,
    rules: RuleSet,
    bare_numbers: bool,
    as_json: bool,
) -> None:
    """Assemble CashAssembly to bytecode in hexadecimal.

    The source is the argument itself, a file, or standard input ("-" or no argument). A bare
    number such as 1027 pushes nothing in CashAssembly, so it is an error: <1027> pushes the
    number, <0x1027> the bytes.
    """
    bindings = dict(map(_bind, bind))
    if notation != "cashassembly" and (bindings or bare_numbers):
        raise click.UsageError("--bind and --bare-numbers work with CashAssembly only")
    text = read_text(source)
    try:
        if notation == "cashassembly":
            run_by = rules.consensus if rules.draft else BCH_SPEC.consensus
            code = assemble(text, bindings, rules=run_by, bare_numbers=bare_numbers)
        else:
            code = assemble_notation(text, "node" if notation == "node" else "artifact")
    except AssemblyError as error:
        raise click.ClickException(f"{error}{_point_at(text, error)}") from None
    opening, closing = ('{"hex": "', f'", "size": {len(code)}}}') if as_json else ("", "")
    sys.stdout.write(opening)
    for at in range(0, len(code), _PIECE):
        sys.stdout.write(code[at : at + _PIECE].hex())
    sys.stdout.write(f"{closing}\n")
