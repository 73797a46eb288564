"""Rule sets from the flags of nodes' test files: the rules of any time since 2009.

Source: Bitcoin Cash Node, script_flags.h.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from ...errors import RulesError
from ..operation import Operation
from ..operations.control import MINIMAL_BRANCHES
from ..operations.introspection import INTROSPECTION
from ..operations.reserved import (
    DISABLED_MULTIPLICATION,
    DISCOURAGED_NOPS,
    IGNORED_LOCKTIMES,
)
from ..operations.tokens import TOKENS
from .ruleset import RuleSet
from .upgrades import BCH_2023, BCH_2025, BCH_2026

__all__ = ["FLAGS", "rules_from_flags"]

_SWITCHES = {
    "P2SH": {"pay_to_script_hash": True},
    "STRICTENC": {"strict_encoding": True},
    "DERSIG": {"strict_der": True},
    "LOW_S": {"low_s": True},
    "SIGPUSHONLY": {"push_only_unlocking": True},
    "MINIMALDATA": {"minimal_data": True},
    "CLEANSTACK": {"clean_stack": True},
    "MINIMALIF": {"minimal_if": True},
    "NULLFAIL": {"null_fail": True},
    # Nodes demand strict encoding of whoever uses the fork id.
    "SIGHASH_FORKID": {"fork_id": True, "strict_encoding": True},
    "DISALLOW_SEGWIT_RECOVERY": {"segwit_recovery": False},
    "NULLDUMMY": {"null_dummy": True},
    "SCHNORR_MULTISIG": {"schnorr_multisig": True},
    "INPUT_SIGCHECKS": {"signature_check_density": True},
    "P2SH_32": {"pay_to_script_hash_32": True},
    "TOKENS": {"tokens": True},
}
_ALL_OFF = {
    "pay_to_script_hash": False,
    "pay_to_script_hash_32": False,
    "push_only_unlocking": False,
    "minimal_data": False,
    "minimal_if": False,
    "clean_stack": False,
    "segwit_recovery": True,
    "strict_encoding": False,
    "strict_der": False,
    "low_s": False,
    "null_fail": False,
    "fork_id": False,
    "tokens": False,
    "schnorr_multisig": False,
    "null_dummy": False,
    "signature_check_density": False,
}
_OTHERS = (
    "CHECKLOCKTIMEVERIFY",
    "CHECKSEQUENCEVERIFY",
    "DISCOURAGE_UPGRADABLE_NOPS",
    "64_BIT_INTEGERS",
    "NATIVE_INTROSPECTION",
    "ENABLE_MAY2025",
    "VM_LIMITS_STANDARD",
    "ENABLE_MAY2026",
)
_ALIASES = {
    "ENABLE_TOKENS": "TOKENS",
    "ENABLE_P2SH_32": "P2SH_32",
    "ENABLE_SCHNORR_MULTISIG": "SCHNORR_MULTISIG",
    "ENABLE_SIGHASH_FORKID": "SIGHASH_FORKID",
    "MAY2025": "ENABLE_MAY2025",
    "UPGRADE11": "ENABLE_MAY2025",
    "MAY2026": "ENABLE_MAY2026",
    "UPGRADE12": "ENABLE_MAY2026",
}
# Known to nodes once, and without a meaning for Bitcoin Cash today: the rule is
# everybody's (CHECKDATASIG) or bounds whole transactions.
_WITHOUT_EFFECT = ("NONE", "CHECKDATASIG", "ENFORCE_SIGCHECKS", "SCHNORR")

FLAGS = frozenset((*_SWITCHES, *_OTHERS, *_ALIASES, *_WITHOUT_EFFECT))
"""Every flag that is known, without the prefixes SCRIPT_, VERIFY_ and ENABLE_."""


def _normalize(flag: str) -> str:
    name = flag.strip().upper()
    for prefix in ("SCRIPT_", "VERIFY_"):
        name = name.removeprefix(prefix)
    if name not in FLAGS:
        raise RulesError(f"no flag is called {flag!r}")
    return _ALIASES.get(name, name)


def rules_from_flags(flags: Iterable[str]) -> RuleSet:
    """Make the rule set of nodes' script flags, for single inputs; the rest is off.

    Without flags these are the rules of before 2012, with the opcodes of 2018. Raises
    RulesError for an unknown flag.
    """
    named = frozenset(_normalize(flag) for flag in flags if flag.strip())
    return _make(named.difference(_WITHOUT_EFFECT))


@lru_cache(maxsize=256)
def _make(flags: frozenset[str]) -> RuleSet:
    base = BCH_2023.consensus
    if "ENABLE_MAY2026" in flags:
        base = BCH_2026.consensus
    elif "ENABLE_MAY2025" in flags:
        base = BCH_2025.consensus
    switches = dict(_ALL_OFF)
    for flag in sorted(flags & _SWITCHES.keys()):
        switches.update(_SWITCHES[flag])
    rules = base.evolve(f"FLAGS {' '.join(sorted(flags))}".strip(), switches=switches)
    for change in _CHANGES:
        rules = change(rules, flags)
    return rules


def _change_numbers(rules: RuleSet, flags: frozenset[str]) -> RuleSet:
    if "64_BIT_INTEGERS" in flags:
        return rules
    sizes = {"index_size": 4}
    if rules.limits.number_size == 8:
        sizes["number_size"] = 4
    return rules.evolve(rules.name, DISABLED_MULTIPLICATION, limits=sizes)


def _change_introspection(rules: RuleSet, flags: frozenset[str]) -> RuleSet:
    removed = []
    if "NATIVE_INTROSPECTION" not in flags:
        removed += [op.opcode for op in (*INTROSPECTION, *TOKENS)]
    elif "TOKENS" not in flags:
        removed += [op.opcode for op in TOKENS]
    return rules.evolve(rules.name, without=removed)


def _change_operations(rules: RuleSet, flags: frozenset[str]) -> RuleSet:
    groups: list[tuple[Operation, ...]] = [
        nops for flag, nops in IGNORED_LOCKTIMES.items() if flag not in flags
    ]
    if "DISCOURAGE_UPGRADABLE_NOPS" in flags:
        groups.append(DISCOURAGED_NOPS)
    if "MINIMALIF" in flags:
        groups.append(MINIMAL_BRANCHES)
    return rules.evolve(rules.name, *groups)


def _change_budget(rules: RuleSet, flags: frozenset[str]) -> RuleSet:
    if "VM_LIMITS_STANDARD" not in flags or rules.limits.cost_per_byte is None:
        return rules
    relay = BCH_2025.limits
    return rules.evolve(
        rules.name,
        limits={
            "half_hash_iterations_per_byte": relay.half_hash_iterations_per_byte,
            "hash_iteration_price": relay.hash_iteration_price,
        },
    )


_CHANGES: tuple[Callable[[RuleSet, frozenset[str]], RuleSet], ...] = (
    _change_numbers,
    _change_introspection,
    _change_operations,
    _change_budget,
)
