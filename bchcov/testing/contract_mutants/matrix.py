"""Which attacks only one check refuses: what is accepted when it alone is dropped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

from ...contract.checks import Check
from ...contract.contract import Contract
from ...encoding.printable import printable
from ...errors import ContractError
from ...transaction.model import Output, Transaction
from ...validation.verify import verify
from ...vm.patching import patched
from ...vm.rules.ruleset import RuleSet
from ...vm.rules.upgrades import BCH_2026
from ..sites import Site, require_sites, shape_of
from .changes import dropping

__all__ = ["KillMatrix", "kill_matrix"]


class Spending(Protocol):
    """A transaction with the outputs it spends, such as a BuiltTransaction."""

    @property
    def transaction(self) -> Transaction: ...
    @property
    def source_outputs(self) -> Sequence[Output]: ...


@dataclass(frozen=True, slots=True)
class KillMatrix:
    """For each check that can be dropped, the attacks that are refused by it alone.

    `undroppable` are the checks that could not be tried.
    """

    contract: str
    rows: Mapping[Check, tuple[str, ...]]
    undroppable: tuple[Check, ...]

    @property
    def unneeded(self) -> tuple[Check, ...]:
        """The checks without which all attacks are still refused: nothing shows their need."""
        return tuple(check for check, attacks in self.rows.items() if not attacks)

    def of(self, name: str) -> tuple[str, ...]:
        """Return the attacks that the check of this name alone refuses."""
        for check, attacks in self.rows.items():
            if check.name == name:
                return attacks
        raise ContractError(f"{self.contract}: unknown check {name!r}")

    def text(self) -> str:
        """Return the matrix as text, the checks that no attack needs first."""
        return "\n".join(_lines_of(self))

    def __str__(self) -> str:
        return self.text()


def _lines_of(matrix: KillMatrix) -> Iterator[str]:
    needed = len(matrix.rows) - len(matrix.unneeded)
    yield f"{needed} of {len(matrix.rows)} checks alone refuse an attack"
    for check, attacks in sorted(matrix.rows.items(), key=lambda row: bool(row[1])):
        said = ", ".join(attacks) or "NO ATTACK"
        yield printable(f"line {check.line} [{check.name}]: {said}")
    for check in matrix.undroppable:
        yield printable(f"line {check.line} [{check.name}]: cannot be dropped")


def kill_matrix(
    contract: Contract,
    attacks: Mapping[str, Spending],
    *,
    siblings: Sequence[Contract] = (),
    rules: RuleSet = BCH_2026,
) -> KillMatrix:
    """Find, for each check, which of the attacks are accepted when it alone is dropped.

    The scripts' bytes stay what they are, so the attacks are those on the contract itself.
    `siblings` are the same contract with other constants, which some attacks may spend. Raises
    ContractError if an attack is accepted by the unchanged contract, and if nothing is known of
    the source.
    """
    for name, each in attacks.items():
        if verify(each.transaction, each.source_outputs, rules).ok:
            raise ContractError(f"{name} is accepted by the unchanged contract: it is no attack")
    sites = require_sites(contract)
    contracts = [contract, *(each for each in siblings if shape_of(each) == shape_of(contract))]
    rows: dict[Check, tuple[str, ...]] = {}
    undroppable = []
    for check in contract.checks:
        changes = [(site, dropping(site)) for site in sites if check in site.checks]
        dropped = [(site, code) for site, code in changes if code is not None]
        if not dropped or len(dropped) < len(changes):
            undroppable.append(check)
        else:
            rows[check] = tuple(_accepted_without(dropped, contracts, attacks, rules))
    return KillMatrix(contract.name, rows, tuple(undroppable))


def _accepted_without(
    dropped: Sequence[tuple[Site, bytes]],
    contracts: Sequence[Contract],
    attacks: Mapping[str, Spending],
    rules: RuleSet,
) -> Iterator[str]:
    with ExitStack() as stack:
        for site, replacement in dropped:
            for code in dict.fromkeys(each.scripts[site.script] for each in contracts):
                stack.enter_context(patched(code, site.position, replacement))
        for name, each in attacks.items():
            if verify(each.transaction, each.source_outputs, rules).ok:
                yield name
