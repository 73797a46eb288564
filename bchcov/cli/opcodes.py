"""`bchcov opcodes`: explain what opcodes do, what they cost and when they were introduced."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from ..errors import RulesError
from ..vm.reference import OpcodeEntry, describe_opcode, describe_opcodes
from ..vm.rules.loading import load_rules

__all__ = ["opcodes"]


def _tell(entry: OpcodeEntry) -> str:
    since = "a draft" if entry.year == 0 else f"{entry.year}"
    rows = [
        f"{entry.name} (0x{entry.code:02x})  {entry.effect}",
        f"  {entry.summary}",
        f"  cost    {entry.cost}",
        f"  since   {since}: {entry.source}",
        f"  rules   {', '.join(entry.rules) or 'none'}",
    ]
    if entry.aliases:
        rows.append(f"  also    {', '.join(entry.aliases)}")
    return "\n".join(rows)


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--rules", "rules_name", default="BCH_2026", show_default=True, help="The rule set.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each opcode.")
def opcodes(names: tuple[str, ...], rules_name: str, as_json: bool) -> None:
    """Explain the opcodes given by NAME, or list all of them.

    NAME is OP_ADD, add, or the byte 0x93. Costs are operation costs, as of 2025.
    """
    try:
        rules = load_rules(rules_name)
        entries = [describe_opcode(name, rules) for name in names] or describe_opcodes(rules)
    except RulesError as error:
        raise click.UsageError(str(error)) from error
    for entry in entries:
        if as_json:
            click.echo(json.dumps(asdict(entry) | {"cost": entry.cost}))
        elif names:
            click.echo(_tell(entry))
        elif not 1 < entry.code < 0x4C:
            click.echo(f"{entry.name:<24} 0x{entry.code:02x}  {entry.effect}")
