"""Rule sets from the script flags of nodes' test files: the rules of any time since 2009.

Source: Bitcoin Cash Node, script_flags.h.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import lru_cache

from ...errors import RulesError
from ...script.opcodes import Op
from ..operation import Operation
from ..operations.control import MINIMAL_BRANCHES
from ..operations.introspection import INTROSPECTION
from ..operations.reserved import (
    DISABLED_BEFORE_2018,
    DISABLED_MULTIPLICATION,
    DISCOURAGED_LOCKTIMES,
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
    "NULLFAIL": {"null_fail": True},
    # In nodes, the fork id implies strict encoding.
    "SIGHASH_FORKID": {"fork_id": True, "strict_encoding": True},
    "DISALLOW_SEGWIT_RECOVERY": {"segwit_recovery": False},
    "NULLDUMMY": {"null_dummy": True},
    "SCHNORR_MULTISIG": {"schnorr_multisig": True},
    "INPUT_SIGCHECKS": {"signature_check_density": True},
    "P2SH_32": {"pay_to_script_hash_32": True},
    "TOKENS": {"tokens": True},
    "COMPRESSED_PUBKEYTYPE": {"compressed_keys": True},
    "REPLAY_PROTECTION": {"replay_protection": True},
    "NO_SCHNORR": {"schnorr": False},
}
_ALL_OFF = {
    "pay_to_script_hash": False,
    "pay_to_script_hash_32": False,
    "push_only_unlocking": False,
    "minimal_data": False,
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
    "schnorr": True,
    "compressed_keys": False,
    "replay_protection": False,
}
_OTHERS = (
    "CHECKLOCKTIMEVERIFY",
    "CHECKSEQUENCEVERIFY",
    "DISCOURAGE_UPGRADABLE_NOPS",
    "MINIMALIF",
    "64_BIT_INTEGERS",
    "NATIVE_INTROSPECTION",
    "ENABLE_MAY2025",
    "VM_LIMITS_STANDARD",
    "ENABLE_MAY2026",
    # Not a flag of nodes: discourages locktime opcodes while they are still NOPs.
    "DISCOURAGED_LOCKTIMES",
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
    "NO_ALLOW_SEGWIT_RECOVERY": "DISALLOW_SEGWIT_RECOVERY",
    "ALLOWSEGWITRECOVERY": "ALLOW_SEGWIT_RECOVERY",
    "OP_REVERSEBYTES": "REVERSEBYTES",
    "MAY152018_OPCODES": "MONOLITH_OPCODES",
}
_WITHOUT_EFFECT = ("NONE", "ENFORCE_SIGCHECKS")
# Flags that ended with an upgrade, and the upgrade's time: a file from before the upgrade names
# them where they apply, a later file never does.
_ENDED = {
    "MONOLITH_OPCODES": 2018.4,
    "CHECKDATASIG": 2018.9,
    "SCHNORR": 2019.4,
    "ALLOW_SEGWIT_RECOVERY": 2019.4,
    "REVERSEBYTES": 2020.4,
}
# Flags that remain, or ended without an upgrade, and the earliest time of a file that names them.
_STAYED = {
    "REPLAY_PROTECTION": 2018.4,
    "DISALLOW_SEGWIT_RECOVERY": 2019.5,
    # The spelling of a node that added the flag after the upgrade.
    "ALLOWSEGWITRECOVERY": 2019.5,
    "SCHNORR_MULTISIG": 2019.9,
    "INPUT_SIGCHECKS": 2020.4,
    "64_BIT_INTEGERS": 2022.4,
    "NATIVE_INTROSPECTION": 2022.4,
    "P2SH_32": 2023.4,
    "TOKENS": 2023.4,
    "ENABLE_MAY2025": 2025.4,
    "ENABLE_MAY2026": 2026.4,
}
_NEGATED = {
    **{name: f"NO_{name}" for name in _ENDED},
    "ALLOW_SEGWIT_RECOVERY": "DISALLOW_SEGWIT_RECOVERY",
}

FLAGS = frozenset((*_SWITCHES, *_OTHERS, *_ALIASES, *_WITHOUT_EFFECT, *_ENDED, *_NEGATED.values()))
"""Every flag that is known, without the prefixes SCRIPT_, VERIFY_ and ENABLE_."""


def _find(flag: str) -> str | None:
    name = flag.strip().upper()
    for prefix in ("SCRIPT_", "VERIFY_"):
        name = name.removeprefix(prefix)
    if name not in FLAGS:
        name = name.removeprefix("ENABLE_")
    return _ALIASES.get(name, name) if name in FLAGS else None


def _normalize(flag: str) -> str:
    name = _find(flag)
    if name is None:
        raise RulesError(f"unknown flag {flag.strip()[:80]!r}")
    return name


def rules_from_flags(flags: Iterable[str], *, known: Collection[str] = ()) -> RuleSet:
    """Make the rule set for nodes' script flags, to evaluate single inputs.

    Rules whose flags are not named are off. Five flags have ended and are on by default:
    SCHNORR, CHECKDATASIG, REVERSEBYTES, MONOLITH_OPCODES and ALLOW_SEGWIT_RECOVERY. Without
    any flags the rules are those before 2012 with the opcodes and signatures of 2020.
    `known` are all flags that an older node or file uses: if it has one of the five, those
    five are off unless named in `flags`, and so are later ones. A negated name such as
    NO_SCHNORR switches one off too. Raises RulesError for an unknown flag in `flags`.
    """
    named = {_normalize(flag) for flag in flags if flag.strip()}
    named.update(_NEGATED[flag] for flag in _missing(known) - named)
    if "SCHNORR_MULTISIG" in named:
        named.discard("NO_SCHNORR")
    if "DISCOURAGE_UPGRADABLE_NOPS" in named and _time(known) is not None:
        named.add("DISCOURAGED_LOCKTIMES")
    return _make(frozenset(named.difference(_WITHOUT_EFFECT, _ENDED)))


def _time(known: Collection[str]) -> float | None:
    """Estimate the year of a file from its flags; None if all of them are current flags."""
    names = {_find(flag) for flag in known}
    if not names & {*_ENDED, "REPLAY_PROTECTION"}:
        return None
    names.update(flag.strip().upper() for flag in known)
    return max(since for flag, since in (_ENDED | _STAYED).items() if flag in names)


def _missing(known: Collection[str]) -> set[str]:
    """Return the ended flags that are off unless named, given the flags a file knows."""
    time = _time(known)
    if time is None:
        return set()
    names = {_find(flag) for flag in known}
    missing = {flag for flag, since in _ENDED.items() if flag in names or since > time}
    # This flag outlived its upgrade: later it only affected how signature checks are counted.
    return missing - {"CHECKDATASIG"} if time > _ENDED["SCHNORR"] else missing


@lru_cache(maxsize=256)
def _make(flags: frozenset[str]) -> RuleSet:
    base = BCH_2023.consensus
    if "ENABLE_MAY2026" in flags:
        base = BCH_2026.consensus
    elif "ENABLE_MAY2025" in flags:
        base = BCH_2025.consensus
    switches = dict(_ALL_OFF)
    for flag in sorted(flags.intersection(_SWITCHES)):
        switches.update(_SWITCHES[flag])
    rules = base.evolve(f"FLAGS {' '.join(sorted(flags))}".strip(), switches=switches)
    for change in _CHANGES:
        rules = change(rules, flags)
    return rules.found_by(_find_by_name)


def _find_by_name(name: str, _is_standard: bool) -> RuleSet:
    """Find a pickled rule set: its name lists the flags."""
    return rules_from_flags(name.split()[1:])


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
    discouraged = "DISCOURAGED_LOCKTIMES" in flags
    ignored = DISCOURAGED_LOCKTIMES if discouraged else IGNORED_LOCKTIMES
    groups: list[tuple[Operation, ...]] = [
        nops for flag, nops in ignored.items() if flag not in flags
    ]
    if "DISCOURAGE_UPGRADABLE_NOPS" in flags:
        groups.append(DISCOURAGED_NOPS)
    if "MINIMALIF" in flags:
        groups.append(MINIMAL_BRANCHES)
    return rules.evolve(rules.name, *groups)


def _change_opcodes_of_2018(rules: RuleSet, flags: frozenset[str]) -> RuleSet:
    removed: list[int] = []
    if "NO_CHECKDATASIG" in flags:
        removed += [Op.OP_CHECKDATASIG, Op.OP_CHECKDATASIGVERIFY]
    if "NO_REVERSEBYTES" in flags:
        removed.append(Op.OP_REVERSEBYTES)
    disabled = DISABLED_BEFORE_2018 if "NO_MONOLITH_OPCODES" in flags else ()
    return rules.evolve(rules.name, disabled, without=removed)


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
    _change_opcodes_of_2018,
    _change_budget,
)
