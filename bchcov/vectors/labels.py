"""Labels of tests, in files or in folder names: the rules and modes that accept a transaction.

Source: libauth, "VMB tests": YEAR_standard is valid in both modes, YEAR_nonstandard in
consensus mode only, YEAR_invalid in neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..vm.rules.upgrades import RULE_SETS

__all__ = ["expectations", "labels_of_path"]

# A proposal that was activated is judged under the rules of its year, as the public suite
# does; one that was not is judged under BCH_SPEC.
_RULES = {
    "spec": "BCH_SPEC",
    "chip_eval": "BCH_SPEC",
    "chip_pow": "BCH_SPEC",
    "chip_cashtokens": "BCH_2023",
    "chip_loops": "BCH_2026",
    "chip_functions": "BCH_2026",
    "chip_bitwise": "BCH_2026",
    "chip_p2s": "BCH_2026",
}
_NAMES = "|".join((r"20\d\d", *_RULES))
# Proposals follow the name of rules: 2026+op-sighash_standard.
_LABEL = re.compile(
    rf"({_NAMES})((?:\+[a-z0-9.-]+(?:\([a-z0-9_=,]*\))?)*)_(standard|nonstandard|invalid)"
)
_IN_PATH = re.compile(
    # "before_chip_cashtokens" means the rules of the year before.
    rf"(?<![a-z0-9])(?<!before_)(?:bch_)?({_NAMES})(?:_05)?_(standard|nonstandard|invalid)"
)
_KNOWN = {rules.name for rules in RULE_SETS}
_ACCEPTED = {
    "standard": {"standard": True, "consensus": True},
    "nonstandard": {"standard": False, "consensus": True},
    "invalid": {"standard": False, "consensus": False},
}


def expectations(labels: Iterable[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield rule set name, mode and whether the transaction is accepted, without repetition.

    Labels of other kinds, and of years without a rule set, are ignored.
    """
    seen = set()
    for label in labels:
        match = _LABEL.fullmatch(label)
        rules = match and _RULES.get(match[1], f"BCH_{match[1]}")
        if match and rules in _KNOWN:
            named = f"{rules}{match[2]}"
            for mode, accepted in _ACCEPTED[match[3]].items():
                if (named, mode, accepted) not in seen:
                    seen.add((named, mode, accepted))
                    yield named, mode, accepted


def labels_of_path(path: Path) -> tuple[str, ...]:
    """Return the labels in a file's name, or else in that of the innermost folder with one."""
    for name in reversed(path.parts):
        found = tuple(f"{match[1]}_{match[2]}" for match in _IN_PATH.finditer(name.lower()))
        if found:
            return found
    return ()
