"""What each opcode does, costs and comes from, put together from the rule sets."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import RulesError
from ..script.opcodes import OPCODES_BY_NAME, Op, opcode_name
from .operation import Operation
from .operations.reserved import DISABLED, FORBIDDEN, UPGRADABLE_NOPS
from .rules.ruleset import RuleSet
from .rules.upgrades import BCH_2026, RULE_SETS

__all__ = ["OpcodeEntry", "describe_opcode", "describe_opcodes"]

_LAST_PUSH = Op.OP_16
_MEANINGLESS = (*DISABLED, *FORBIDDEN, *UPGRADABLE_NOPS)


@dataclass(frozen=True, slots=True)
class OpcodeEntry:
    """An opcode as a rule set has it.

    `aliases` are other names that its byte has or had; `effect` is what it does to the stack,
    top last; `charge` what it costs besides the base cost of an instruction, "" for nothing;
    `year` is when the network got it, 0 for a draft; `rules` names the rule sets of this
    library that have it under this meaning.
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
        """The operation cost in words, from 2025 on."""
        return f"100, and {self.charge}" if self.charge else "100"


def _push(code: int) -> tuple[str, str, str]:
    """The effect, the summary and the charge of a push."""
    charge = "the length of the item"
    if code == Op.OP_0:
        return "-- 0x", "Push the empty string, which is the number 0 and false.", ""
    if code < Op.OP_PUSHDATA_1:
        return "-- data", f"Push the next {code} byte{'s' if code > 1 else ''}.", charge
    if code <= Op.OP_PUSHDATA_4:
        size = 1 << (code - Op.OP_PUSHDATA_1)
        told = "the next byte says" if size == 1 else f"the next {size} bytes say"
        return "-- data", f"Push as many bytes as {told}.", charge
    number = code - Op.OP_RESERVED
    return f"-- {number}", f"Push the number {number}.", charge


def describe_opcode(name: str, rules: RuleSet = BCH_2026) -> OpcodeEntry:
    """Describe one opcode by a name it has or had, "OP_ADD", "add", or by its byte, "0x93".

    Raises RulesError for what names no opcode.
    """
    text = name.strip().upper()
    code = OPCODES_BY_NAME.get(text, OPCODES_BY_NAME.get(f"OP_{text}"))
    if code is None and text.startswith("0X") and len(text) == 4:
        try:
            code = int(text, 16)
        except ValueError:
            code = None
    if code is None:
        raise RulesError(f"unknown opcode {name!r}")
    return _entry(code, rules)


def _find_meaning(code: int, rules: RuleSet) -> Operation | None:
    """The operation of `rules`, or the one that a later rule set gives to a byte without one."""
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
    name = opcode_name(code)
    names = sorted(each for each, byte in OPCODES_BY_NAME.items() if byte == code and each != name)
    if code <= _LAST_PUSH and code != Op.OP_RESERVED:
        effect, summary, charge = _push(code)
        everywhere = tuple(each.name for each in RULE_SETS)
        return OpcodeEntry(
            code, name, tuple(names), effect, summary, charge, 2009, "Bitcoin 0.1", everywhere
        )
    op = _find_meaning(code, rules)
    if op is None:
        summary = "No meaning: a script that executes it fails."
        return OpcodeEntry(code, name, tuple(names), "--", summary, "", 2009, "Bitcoin 0.1", ())
    has = tuple(each.name for each in RULE_SETS if each.consensus.operations.get(code) == op)
    return OpcodeEntry(
        code, name, tuple(names), op.effect, op.summary, op.charge, op.year, op.source, has
    )


def describe_opcodes(rules: RuleSet = BCH_2026) -> tuple[OpcodeEntry, ...]:
    """Describe every opcode that `rules` give a meaning, in the order of their bytes."""
    codes = {*range(Op.OP_RESERVED), *range(Op.OP_1, Op.OP_NOP), *rules.operations}
    return tuple(_entry(code, rules) for code in sorted(codes))
