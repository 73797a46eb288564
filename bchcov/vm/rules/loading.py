"""Rule sets as options name them: by name, or as FILE.py:NAME in a file of the user's own."""

from __future__ import annotations

import re

from ...encoding.expected import kind_of
from ...errors import RulesError
from .own_files import load_file
from .ruleset import RuleSet
from .upgrades import RULE_SETS, find_rules

__all__ = ["load_rules"]

_FILE = re.compile(r"(.+\.py):([A-Za-z_][A-Za-z0-9_]*)", re.DOTALL)


def load_rules(name: str, *, standard: bool = True) -> RuleSet:
    """Find a rule set as `find_rules` does, or load it: "my_rules.py:RULES".

    A file is run, so only its user may name one: never what comes in a transaction's file.
    Raises RulesError for a name that is none, a file that cannot be loaded, and for rules that
    are neither those of a year nor such rules with proposals.
    """
    match = _FILE.fullmatch(name) if isinstance(name, str) else None
    if match is None:
        return find_rules(name, standard=standard)
    found: object = getattr(load_file(match[1]), match[2], None)
    if type(found) is not RuleSet:
        said = f"{match[2]} is {kind_of(found)}" if found is not None else f"it has no {match[2]}"
        raise RulesError(f"{match[1]}: {said}: expected a rule set, as BCH_2026.with_proposals")
    if not found.proposals and found.standard not in RULE_SETS:
        raise RulesError(
            f"{match[1]}: {match[2]} would not be known as a draft: make it of proposals, by"
            " BCH_2026.with_proposals"
        )
    return found.standard if standard else found.consensus
