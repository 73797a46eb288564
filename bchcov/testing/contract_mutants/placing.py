"""Mutants in place: which instructions a run reaches, and running with one of them exchanged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from ...contract.contract import Contract
from ...errors import ContractError
from ...vm.machine import Machine
from ...vm.patching import patched
from ...vm.program import Program
from ...vm.result import InputResult
from ..sites import shape_of
from .changes import Mutant, mutants_of
from .report import MutantResult, MutationReport

__all__ = ["Reach", "Reached", "for_each_mutant", "in_place", "require_siblings"]

_EQUIVALENT = re.compile(r"//.*?@equivalent\s+(?P<names>[\w, -]+):")
Reached = set[tuple[int, int]]
"""Which instructions ran: the number of the script, and the position in it."""


class Reach:
    """A recorder of which instructions of a contract have run, by script and position."""

    def __init__(self, contracts: Sequence[Contract]) -> None:
        self.scripts = {
            code: number for each in contracts for number, code in enumerate(each.scripts)
        }
        self.reached: Reached = set()

    def observe(self, vm: Machine, program: Program, position: int) -> None:
        number = self.scripts.get(program.code)
        if number is not None and vm.executing:
            self.reached.add((number, position))

    def end(self, result: InputResult) -> None:
        """Need nothing of the result."""


@contextmanager
def in_place(mutant: Mutant, contracts: Sequence[Contract]) -> Iterator[None]:
    """Run a mutant within the block, in each of several contracts that differ in constants."""
    with ExitStack() as stack:
        for code in dict.fromkeys(each.scripts[mutant.script] for each in contracts):
            stack.enter_context(patched(code, mutant.position, mutant.replacement))
        yield


def require_siblings(contract: Contract, siblings: Sequence[Contract]) -> tuple[Contract, ...]:
    """Return a contract and its siblings. Raises ContractError for one of another shape."""
    shape = shape_of(contract)
    for each in siblings:
        if shape_of(each) != shape:
            raise ContractError(
                f"{each.name} is no sibling of {contract.name}: its scripts have"
                f" {shape_of(each)} instructions, expected {shape}"
            )
    return (contract, *siblings)


def for_each_mutant(contract: Contract, judge: Callable[[Mutant], MutantResult]) -> MutationReport:
    """Judge each mutant but those that the source marks as equivalent."""
    equivalent = _equivalents_in(contract)
    return MutationReport(
        contract.name,
        tuple(
            MutantResult(mutant, "equivalent")
            if (mutant.line, mutant.name) in equivalent
            and mutant.file.rpartition(".")[0] == contract.name
            else judge(mutant)
            for mutant in mutants_of(contract)
        ),
    )


def _equivalents_in(contract: Contract) -> frozenset[tuple[int, str]]:
    """Find the mutants that the source says make no difference, by line and name."""
    lines = (contract.text or "").splitlines()
    return frozenset(
        (number, name.strip())
        for number, line in enumerate(lines, 1)
        for match in _EQUIVALENT.finditer(line)
        for name in match["names"].split(",")
    )
