"""Running tests against each mutant of a contract, in this process."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from ...contract.contract import Contract
from ...errors import BchcovError
from ...vm.recording import recording
from .changes import Mutant
from .placing import Reach, Reached, for_each_mutant, in_place, require_siblings
from .report import MutantResult, MutationReport

__all__ = ["mutate_with", "mutate_with_all", "reach_of"]


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
    reached = reach_of(test, (contract, *siblings))

    def judge(mutant: Mutant) -> MutantResult:
        return _judged_by(mutant, {"": (test, reached)}, contracts, seconds, kills)

    contracts = require_siblings(contract, siblings)
    return for_each_mutant(contract, judge)


def mutate_with_all(
    contract: Contract,
    tests: Mapping[str, tuple[Callable[[], object], Reached]],
    *,
    siblings: Sequence[Contract] = (),
    seconds: float = 10.0,
    kills: tuple[type[BaseException], ...] = (AssertionError, BchcovError),
) -> MutationReport:
    """Run tests by name against each mutant that they reach, until one notices it.

    What each of them reaches is what `reach_of` returns for it. `seconds` is for all of them
    together; everything else is as in `mutate_with`.
    """
    contracts = require_siblings(contract, siblings)

    def judge(mutant: Mutant) -> MutantResult:
        return _judged_by(mutant, tests, contracts, seconds, kills)

    return for_each_mutant(contract, judge)


def reach_of(test: Callable[[], object], contracts: Sequence[Contract]) -> Reached:
    """Run a test, and return which instructions of some contracts ran: script and position."""
    reach = Reach(contracts)
    with recording(reach):
        test()
    return reach.reached


def _judged_by(
    mutant: Mutant,
    tests: Mapping[str, tuple[Callable[[], object], Reached]],
    contracts: Sequence[Contract],
    seconds: float,
    kills: tuple[type[BaseException], ...],
) -> MutantResult:
    at = mutant.script, mutant.position
    concerned = {name: test for name, (test, reached) in tests.items() if at in reached}
    if not concerned:
        return MutantResult(mutant, "not run")
    running = ""
    try:
        with in_place(mutant, contracts), _interrupted_after(seconds):
            for name, test in concerned.items():
                running = name
                test()
    except _TooLong:
        return MutantResult(mutant, "timed out")
    except kills as error:
        return MutantResult(mutant, "killed", (running or type(error).__name__,))
    return MutantResult(mutant, "survived")


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
