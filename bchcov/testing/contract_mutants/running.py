"""Running transactions or tests against each mutant of a contract, in this process."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import monotonic
from types import FrameType

from ...contract.contract import Contract
from ...errors import BchcovError, ContractError
from ...transaction.context import TransactionContext
from ...transaction.model import Output, Transaction
from ...validation.verify import verify
from ...vm.evaluate import evaluate_input
from ...vm.machine import Machine
from ...vm.patching import patched
from ...vm.program import Program
from ...vm.recording import recording
from ...vm.result import InputResult
from ...vm.rules.ruleset import RuleSet
from ...vm.rules.upgrades import BCH_2026
from ..sites import shape_of
from .changes import Mutant, mutants_of
from .report import MutantResult, MutationReport, Status

__all__ = ["Case", "in_place", "mutate", "mutate_with"]

_EQUIVALENT = re.compile(r"//.*?@equivalent\s+(?P<names>[\w, -]+):")
_NAMES_SHOWN = 3
_Reached = set[tuple[int, int]]


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


class _Reach:
    """A recorder of which instructions of a contract have run, by script and position."""

    def __init__(self, contracts: Sequence[Contract]) -> None:
        self.scripts = {
            code: number for each in contracts for number, code in enumerate(each.scripts)
        }
        self.reached: _Reached = set()

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
    contracts = _together(contract, siblings)
    judged = [_judged_before(case, contracts) for case in cases]

    def judge(mutant: Mutant) -> MutantResult:
        at = mutant.script, mutant.position
        concerned = [(each, inputs) for each in judged if (inputs := each.running(at))]
        if not concerned:
            return MutantResult(mutant, "not run")
        return _judge(mutant, concerned, contracts, monotonic() + seconds)

    return _each(contract, judge)


def mutate_with(
    contract: Contract,
    test: Callable[[], object],
    *,
    siblings: Sequence[Contract] = (),
    seconds: float = 10.0,
    kills: tuple[type[BaseException], ...] = (AssertionError, BchcovError),
) -> MutationReport:
    """Run a test against each mutant; one that raises one of `kills` has noticed it.

    In the main thread a test is interrupted after `seconds`, by a TimeoutError within it. What
    else it raises goes through. Whatever it raises without a change goes through, too. Raises
    ContractError as `mutate` does.
    """
    contracts = _together(contract, siblings)
    reach = _Reach(contracts)
    with recording(reach):
        test()

    def judge(mutant: Mutant) -> MutantResult:
        if (mutant.script, mutant.position) not in reach.reached:
            return MutantResult(mutant, "not run")
        try:
            with in_place(mutant, contracts), _interrupted_after(seconds):
                test()
        except _TooLong:
            return MutantResult(mutant, "timed out")
        except kills as error:
            return MutantResult(mutant, "killed", (type(error).__name__,))
        return MutantResult(mutant, "survived")

    return _each(contract, judge)


def _together(contract: Contract, siblings: Sequence[Contract]) -> tuple[Contract, ...]:
    shape = shape_of(contract)
    for each in siblings:
        if shape_of(each) != shape:
            raise ContractError(
                f"{each.name} is no sibling of {contract.name}: its scripts have"
                f" {shape_of(each)} instructions, expected {shape}"
            )
    return (contract, *siblings)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A case, and for each input whether it was accepted without a change, and what it ran."""

    case: Case
    context: TransactionContext
    inputs: tuple[tuple[bool, _Reached], ...]

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
        reach = _Reach(contracts)
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


def _each(contract: Contract, judge: Callable[[Mutant], MutantResult]) -> MutationReport:
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


class _TooLong(TimeoutError):
    """A test has run too long against a mutant."""

    def __init__(self, message: str = "the test has run too long") -> None:
        super().__init__(message)


@contextmanager
def _interrupted_after(seconds: float) -> Iterator[None]:
    """Raise within the block when the time is over, if this is the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
