"""The names of rule sets in options of commands."""

from __future__ import annotations

import click

from ...errors import RulesError
from ...vm.rules.loading import load_rules

__all__ = ["check_rules"]


def check_rules(name: str) -> str:
    """Return the name of a rule set; raise click.BadParameter for one that is none."""
    try:
        load_rules(name)
    except RulesError as error:
        raise click.BadParameter(str(error)) from None
    return name
