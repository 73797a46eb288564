"""The instructions of a contract by script and position, each with its place in the source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..contract.checks import Check
from ..contract.contract import Contract
from ..contract.found import Found
from ..errors import ContractError
from ..script.opcodes import Op, opcode_name
from ..script.pushes import Instruction, instructions

__all__ = ["BRANCHES", "Site", "require_sites", "shape_of", "sites_of"]

BRANCHES = frozenset({Op.OP_IF, Op.OP_NOTIF})


@dataclass(frozen=True, slots=True)
class Site:
    """An instruction: in which of the contract's scripts, and at which position in it.

    `places` are where it is written: none for a constant that the compiler puts in front, and
    several if the same function body is written more than once. `checks` are those that it
    makes.
    """

    script: int
    position: int
    code: bytes
    instruction: Instruction
    places: tuple[Found, ...]
    checks: tuple[Check, ...]

    @property
    def opcode(self) -> int:
        """The opcode."""
        return self.instruction.opcode

    @property
    def name(self) -> str:
        """The opcode's name."""
        return opcode_name(self.opcode)


def sites_of(contract: Contract) -> Iterator[Site]:
    """Yield every instruction of a contract's script and of its functions that are known."""
    for script, code in enumerate(contract.scripts):
        for position, step in enumerate(instructions(code)):
            places = tuple(contract.find(code, step.offset))
            checks = tuple(dict.fromkeys(_checks_at(contract, code, step, places)))
            yield Site(script, position, code, step, places, checks)


def require_sites(contract: Contract) -> tuple[Site, ...]:
    """Return what `sites_of` yields. Raises ContractError if the source is not known."""
    sites = tuple(sites_of(contract))
    if not sites:
        raise ContractError(
            f"{contract.name}: nothing is known of its source: expected a contract from"
            " CashAssembly, or from an artifact with debug information"
        )
    return sites


def shape_of(contract: Contract) -> tuple[int, ...]:
    """Return how many instructions each script has: the same for other constants."""
    return tuple(sum(1 for _ in instructions(code)) for code in contract.scripts)


def _checks_at(
    contract: Contract, code: bytes, step: Instruction, places: tuple[Found, ...]
) -> Iterator[Check]:
    name = opcode_name(step.opcode)
    at_end = [
        each
        for each in contract.find(code, step.offset, at_end=True)
        if each.check is not None and each.check.is_final
    ]
    for found in (*places, *at_end):
        check = found.check
        # Of several instructions at one place, the one that the check is called by.
        if check is None or check.opcode != name:
            continue
        if (check.line, check.column) == (found.line, found.column):
            yield check
