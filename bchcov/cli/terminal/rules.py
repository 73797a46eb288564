"""The names of rule sets in options of commands."""

from __future__ import annotations

import click

from ...errors import RulesError
from ...vm.rules.loading import load_rules
from ...vm.rules.ruleset import RuleSet

__all__ = ["check_rules", "read_rules", "rules_option"]


def check_rules(name: str) -> str:
    """Return the name of a rule set; raise click.BadParameter for one that is none."""
    try:
        load_rules(name)
    except RulesError as error:
        raise click.BadParameter(str(error)) from None
    return name


def read_rules(_ctx: click.Context, _option: click.Parameter, name: str) -> RuleSet:
    """Return the rule set that an option names. Raises click.BadParameter for none."""
    return load_rules(check_rules(name))


rules_option = click.option(
    "--rules",
    default="BCH_2026",
    show_default=True,
    metavar="NAME",
    callback=read_rules,
    help="Rules with proposals, whose opcodes have names then: BCH_2026+op-sighash.",
)
"""Gives a command the rules whose opcodes it names."""
