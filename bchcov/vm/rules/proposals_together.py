"""Several proposals in one rule set: what they want together, and where they contradict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ...encoding.expected import kind_of
from ...errors import RulesError
from ...script.opcodes import Op, opcode_name
from ..operation import Operation
from .proposal import Proposal

__all__ = ["check_together", "merged"]

_RESERVED = (Op.OP_NOP1, *range(Op.OP_NOP4, Op.OP_NOP10 + 1))  # without a function, for upgrades

What = Literal["limits", "switches", "policy"]


def merged(proposals: tuple[Proposal, ...], what: What) -> dict[str, Any]:
    """Return what proposals change together. Raises RulesError where two say different things."""
    found: dict[str, tuple[Any, str]] = {}
    for each in proposals:
        for name, value in getattr(each, what).items():
            other, whose = found.setdefault(name, (value, each.name))
            if other != value:
                raise RulesError(
                    f"{whose} and {each.name} contradict: {what} {name} is {other!r} in one and"
                    f" {value!r} in the other"
                )
    return {name: value for name, (value, _) in found.items()}


def check_together(
    proposals: tuple[Proposal, ...], base: str, operations: Mapping[int, Operation]
) -> None:
    """Raise RulesError unless a rule set can have these proposals together."""
    seen: dict[str, str] = {}
    numbers: dict[int, tuple[str, str]] = {}
    names: dict[str, str] = {}
    for each in proposals:
        if not isinstance(each, Proposal):
            raise RulesError(f"a rule set gets Proposals, not {kind_of(each)}")
        if each.name in seen:
            raise RulesError(f"{each.name} is given twice")
        seen[each.name] = each.name
        for operation in each.operations:
            code, name = operation.opcode, operation.name
            if code in numbers:
                other, theirs = numbers[code]
                raise RulesError(
                    f"{other} and {each.name} want the same opcode {code:#04x}: {theirs} and {name}"
                )
            if name in names:
                raise RulesError(f"{names[name]} and {each.name} both call an opcode {name}")
            if code in operations and code not in (*_RESERVED, *each.replaces):
                raise RulesError(
                    f"{base} and {each.name} want the same opcode {code:#04x}:"
                    f" {opcode_name(code)} and {name}"
                )
            numbers[code], names[name] = (each.name, name), each.name
    for what in ("limits", "switches", "policy"):
        merged(proposals, what)
