"""Judging transactions by each mutant of a contract, in this process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from ...contract.contract import Contract
from ...errors import ContractError
from ...transaction.context import TransactionContext
from ...transaction.model import Output, Transaction
from ...validation.verify import verify
from ...vm.evaluate import evaluate_input
from ...vm.rules.ruleset import RuleSet
from ...vm.rules.upgrades import BCH_2026
from .changes import Mutant
from .placing import Reach, Reached, for_each_mutant, in_place, require_siblings
from .report import MutantResult, MutationReport, Status

__all__ = ["Case", "mutate"]

_NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Case:
    """A transaction, and whether it should be accepted."""

    name: str
    transaction: Transaction
    source_outputs: Sequence[Output]
    accepted: bool
    rules: RuleSet = BCH_2026

    def is_accepted(self) -> bool:
        """Judge the transaction as it is now."""
        return verify(self.transaction, self.source_outputs, self.rules).ok


def mutate(
    contract: Contract,
    cases: Sequence[Case],
    *,
    siblings: Sequence[Contract] = (),
    seconds: float = 10.0,
) -> MutationReport:
    """Judge transactions against each mutant: those that should be accepted, and attacks.

    `siblings` are the same contract with other constants, mutated together with it. A mutant
    that is not through after `seconds` timed out. Raises ContractError if a case is not judged
    as it should be without any change, if a sibling has another shape, or if the source is
    not known.
    """
    contracts = require_siblings(contract, siblings)
    judged = [_judged_before(case, contracts) for case in cases]

    def judge(mutant: Mutant) -> MutantResult:
        at = mutant.script, mutant.position
        concerned = [(each, inputs) for each in judged if (inputs := each.running(at))]
        if not concerned:
            return MutantResult(mutant, "not run")
        return _judge(mutant, concerned, contracts, monotonic() + seconds)

    return for_each_mutant(contract, judge)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A case, and for each input whether it was accepted without a change, and what it ran."""

    case: Case
    context: TransactionContext
    inputs: tuple[tuple[bool, Reached], ...]

    def running(self, at: tuple[int, int]) -> list[int]:
        """Return the inputs that run an instruction."""
        return [index for index, (_, reached) in enumerate(self.inputs) if at in reached]

    def is_unchanged(self, indexes: Sequence[int]) -> bool:
        """Whether each of these inputs is still accepted or refused as before."""
        rules = self.case.rules
        return all(
            evaluate_input(self.context, index, rules).ok is self.inputs[index][0]
            for index in indexes
        )


def _judged_before(case: Case, contracts: Sequence[Contract]) -> _Judged:
    """Find what each input of a case runs, and that the case is judged as it should be."""
    is_accepted = case.is_accepted()
    if is_accepted is not case.accepted:
        said, wanted = ("accepted", "refused") if is_accepted else ("refused", "accepted")
        raise ContractError(f"{case.name} is {said} by the unchanged contract: expected {wanted}")
    context = TransactionContext(case.transaction, case.source_outputs)
    inputs = []
    for index in range(min(len(case.transaction.inputs), len(case.source_outputs))):
        reach = Reach(contracts)
        result = evaluate_input(context, index, case.rules, observe=reach.observe)
        inputs.append((result.ok, reach.reached))
    return _Judged(case, context, tuple(inputs))


def _judge(
    mutant: Mutant,
    concerned: Sequence[tuple[_Judged, list[int]]],
    contracts: Sequence[Contract],
    end: float,
) -> MutantResult:
    passed: list[str] = []
    refused: list[str] = []
    honest = 0
    with in_place(mutant, contracts):
        for each, indexes in concerned:
            if monotonic() > end:
                return MutantResult(mutant, "timed out")
            case = each.case
            honest += case.accepted
            # Only what has changed is judged as a whole, which takes longer: no other verdict can.
            if each.is_unchanged(indexes) or case.is_accepted() is case.accepted:
                continue
            (refused if case.accepted else passed).append(case.name)
    if passed:
        return MutantResult(mutant, "killed", tuple(passed[:_NAMES_SHOWN]))
    if refused:
        status: Status = "invalid" if len(refused) == honest else "killed"
        return MutantResult(mutant, status, tuple(refused[:_NAMES_SHOWN]))
    return MutantResult(mutant, "survived")
