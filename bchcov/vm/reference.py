"""The opcode reference: effect, cost, year and source of each opcode, from the rule sets."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import RulesError
from ..script.opcodes import OPCODES_BY_NAME, Op
from .operation import Operation
from .operations.reserved import DISABLED, FORBIDDEN, UPGRADABLE_NOPS
from .rules.ruleset import RuleSet
from .rules.upgrades import BCH_2026, RULE_SETS

__all__ = ["OpcodeEntry", "describe_opcode", "describe_opcodes"]

_LAST_PUSH = Op.OP_16
_MEANINGLESS = (*DISABLED, *FORBIDDEN, *UPGRADABLE_NOPS)


@dataclass(frozen=True, slots=True)
class OpcodeEntry:
    """The description of an opcode under one rule set.

    `aliases` are other names that its byte has or had; `effect` is its stack effect, top last;
    `charge` its cost besides the base cost of an instruction, "" for none; `year` is when
    the network introduced it, 0 for a draft; `rules` names the rule sets of this library in
    which it has this meaning.
    """

    code: int
    name: str
    aliases: tuple[str, ...]
    effect: str
    summary: str
    charge: str
    year: int
    source: str
    rules: tuple[str, ...]

    @property
    def cost(self) -> str:
        """The operation cost in words, as it applies since 2025."""
        return f"100, and {self.charge}" if self.charge else "100"


def _push(code: int) -> tuple[str, str, str]:
    """Return the effect, summary and charge of a push opcode."""
    charge = "the length of the item"
    if code == Op.OP_0:
        return "-- 0x", "Push the empty string, which is the number 0 and false.", ""
    if code < Op.OP_PUSHDATA_1:
        return "-- data", f"Push the next {code} byte{'s' if code > 1 else ''}.", charge
    if code <= Op.OP_PUSHDATA_4:
        size = 1 << (code - Op.OP_PUSHDATA_1)
        length = "the next byte" if size == 1 else f"the next {size} bytes, little-endian"
        return "-- data", f"Push data whose length is given by {length}.", charge
    number = code - Op.OP_RESERVED
    return f"-- {number}", f"Push the number {number}.", charge


def describe_opcode(name: str, rules: RuleSet = BCH_2026) -> OpcodeEntry:
    """Describe one opcode, by any name it has or had ("OP_ADD", "add") or by byte ("0x93").

    Raises RulesError for an unknown name.
    """
    text = name.strip().upper()
    known = {**OPCODES_BY_NAME, **rules.opcodes_by_name}
    code = known.get(text, known.get(f"OP_{text}"))
    if code is None and text.startswith("0X") and len(text) == 4:
        try:
            code = int(text, 16)
        except ValueError:
            code = None
    if code is None:
        raise RulesError(f"unknown opcode {name!r}")
    return _entry(code, rules)


def _find_meaning(code: int, rules: RuleSet) -> Operation | None:
    """Return the operation under `rules`, or for an unused byte that of a later rule set."""
    op = rules.consensus.operations.get(code)
    if op is not None and op not in _MEANINGLESS:
        return op
    for each in reversed(RULE_SETS):
        later = each.consensus.operations.get(code)
        is_draft = later is not None and not later.year
        if later is not None and later not in _MEANINGLESS and not (is_draft and op is not None):
            return later
    return op


def _entry(code: int, rules: RuleSet) -> OpcodeEntry:
    name = rules.name_opcode(code)
    if code in rules.proposed:
        return _proposed(rules.proposed[code], rules)
    names = sorted(each for each, byte in OPCODES_BY_NAME.items() if byte == code and each != name)
    if code <= _LAST_PUSH and code != Op.OP_RESERVED:
        effect, summary, charge = _push(code)
        everywhere = tuple(each.name for each in RULE_SETS)
        return OpcodeEntry(
            code, name, tuple(names), effect, summary, charge, 2009, "Bitcoin 0.1", everywhere
        )
    op = _find_meaning(code, rules)
    if op is None:
        summary = "Undefined: a script that executes it fails."
        return OpcodeEntry(code, name, tuple(names), "--", summary, "", 2009, "Bitcoin 0.1", ())
    has = tuple(each.name for each in RULE_SETS if each.consensus.operations.get(code) == op)
    return OpcodeEntry(
        code, name, tuple(names), op.effect, op.summary, op.charge, op.year, op.source, has
    )


def _proposed(op: Operation, rules: RuleSet) -> OpcodeEntry:
    has = (rules.name,)
    return OpcodeEntry(op.opcode, op.name, (), op.effect, op.summary, op.charge, 0, op.source, has)


def describe_opcodes(rules: RuleSet = BCH_2026) -> tuple[OpcodeEntry, ...]:
    """Describe every opcode that `rules` define, in byte order."""
    codes = {*range(Op.OP_RESERVED), *range(Op.OP_1, Op.OP_NOP), *rules.operations}
    return tuple(_entry(code, rules) for code in sorted(codes))
