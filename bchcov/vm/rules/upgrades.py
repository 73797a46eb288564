"""The rule sets, each defined as the difference from the one before."""

from __future__ import annotations

import re
from types import MappingProxyType

from ...encoding.expected import kind_of
from ...errors import Reason, RulesError
from ...script.patterns import LONGEST_P2S
from ..operations.arithmetic import ARITHMETIC, MULTIPLICATION, NUMBER_SHIFTS, POWER
from ..operations.bitwise import BITWISE, SHIFTS
from ..operations.control import BRANCHES
from ..operations.functions import EVALUATION, FUNCTIONS
from ..operations.hashing import HASHING
from ..operations.introspection import INTROSPECTION
from ..operations.locktime import LOCKTIMES
from ..operations.loops import LOOPS
from ..operations.reserved import DISABLED, DISCOURAGED_NOPS, FORBIDDEN, UPGRADABLE_NOPS
from ..operations.separator import SEPARATOR
from ..operations.signatures import SIGNATURES
from ..operations.splice import SPLICE
from ..operations.stack import STACK
from ..operations.tokens import TOKENS
from ..proposals.known import find_proposal
from .limits import Limits
from .policy import Policy
from .ruleset import RuleSet
from .switches import Switches

__all__ = ["BCH_2023", "BCH_2025", "BCH_2026", "BCH_SPEC", "RULE_SETS", "find_rules"]

_NOTHING = RuleSet("NOTHING", Limits(), Switches(), Policy(), MappingProxyType({}))

# May 2023: CashTokens and P2SH32, with everything introduced before.
_2023 = _NOTHING.evolve(
    "BCH_2023",
    BRANCHES,
    STACK,
    SPLICE,
    BITWISE,
    ARITHMETIC,
    MULTIPLICATION,
    HASHING,
    SIGNATURES,
    SEPARATOR,
    LOCKTIMES,
    INTROSPECTION,
    TOKENS,
    UPGRADABLE_NOPS,
    DISABLED,
    FORBIDDEN,
)

# May 2025: CHIP-2021-05 Targeted Virtual Machine Limits and CHIP-2024-07 BigInt.
_2025 = _2023.evolve(
    "BCH_2025",
    limits={
        "element_size": 10_000,
        "number_size": 10_000,
        "result_size": 10_000,
        "operation_count": None,
        "control_depth": 100,
        "control_depth_reason": Reason.CONDITIONAL_STACK_DEPTH,
        "cost_per_byte": 800,
        "half_hash_iterations_per_byte": 7,
    },
)

# May 2026: CHIPs 2025-05 Loops, Functions, Bitwise and P2S.
_2026 = _2025.evolve(
    "BCH_2026",
    LOOPS,
    FUNCTIONS,
    SHIFTS,
    NUMBER_SHIFTS,
    limits={"control_depth_reason": Reason.CONTROL_STACK_DEPTH},
    policy={"commitment_size": 128, "standard_locking": LONGEST_P2S, "standard_unlocking": 10_000},
)

# Drafts, as in libauth's instruction set of this name; the limits are generous, for evaluating
# scripts while they are being written.
_SPEC = _2026.evolve(
    "BCH_SPEC",
    EVALUATION,
    POWER,
    limits={
        "script_size": 100_000,
        "element_size": 100_000,
        "number_size": 100_000,
        "result_size": 100_000,
        "density_base": 10_000,
    },
    policy={"standard_unlocking": 100_000},
)


def _find(name: str, is_standard: bool) -> RuleSet:
    """Find a pickled rule set by its name and mode."""
    return find_rules(name, standard=is_standard)


def _with_relay_mode(consensus: RuleSet) -> RuleSet:
    """Derive the standard mode by adding the relay rules; return it."""
    limits = {}
    if consensus.limits.cost_per_byte is not None:
        limits = {"half_hash_iterations_per_byte": 1, "hash_iteration_price": 192}
    nops = [op for op in DISCOURAGED_NOPS if not _is_used(consensus, op.opcode)]
    relay = consensus.evolve(
        consensus.name,
        nops,
        limits=limits,
        switches={"segwit_recovery": False, "signature_check_density": True},
        policy={"is_standard": True},
    )
    return consensus.found_by(_find).pair_with(relay.found_by(_find))


def _is_used(rules: RuleSet, opcode: int) -> bool:
    return rules.operations[opcode] not in UPGRADABLE_NOPS


BCH_2023 = _with_relay_mode(_2023)
BCH_2025 = _with_relay_mode(_2025)
BCH_2026 = _with_relay_mode(_2026)
BCH_SPEC = _with_relay_mode(_SPEC)

RULE_SETS = (BCH_2023, BCH_2025, BCH_2026, BCH_SPEC)
"""Every rule set, in standard mode, oldest first."""

_NAME = re.compile(r"(?:BCH_)?(20\d\d|SPEC)(?:_05)?")


def find_rules(name: str, *, standard: bool = True) -> RuleSet:
    """Find a rule set by name: "BCH_2026", "2026" and "BCH_2026_05" mean the same one.

    Names of proposals may follow, each after a plus sign: "BCH_2026+op-sighash+ec-arithmetic".
    Raises RulesError, which lists the known names.
    """
    if not isinstance(name, str):
        raise RulesError(f"a rule set is named by text, not {kind_of(name)}")
    year, *drafts = name.strip().split("+")
    match = _NAME.fullmatch(year.strip().upper())
    for rules in RULE_SETS:
        if match and rules.name == f"BCH_{match[1]}":
            found = rules if standard else rules.consensus
            return found.with_proposals(*map(find_proposal, drafts)) if drafts else found
    known = ", ".join(rules.name for rules in RULE_SETS)
    raise RulesError(f"unknown rule set {name!r}: expected one of {known}")
