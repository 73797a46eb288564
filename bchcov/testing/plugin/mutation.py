"""Mutation of contracts in a test run: the tests that reach a weakened place are run again."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from ...contract.contract import Contract
from ...vm.machine import Machine
from ...vm.program import Program
from ...vm.recording import recording
from ...vm.result import InputResult
from ..contract_mutants import MutationReport, mutate_with_all
from ..contract_mutants.placing import Reached
from ..sites import shape_of
from .discovery import contracts_in, contracts_of

__all__ = ["MutationRun"]


@dataclass(eq=False)
class _Group:
    """A contract with the same with other constants, and what each test reaches in them."""

    contracts: dict[Contract, None] = field(default_factory=dict)
    reached: dict[str, Reached] = field(default_factory=dict)


class MutationRun:
    """The hooks that note what each test reaches, and run those again for every mutant."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.groups: dict[tuple[object, ...], _Group] = {}
        self.scripts: dict[bytes, tuple[_Group, int]] = {}
        self.reports: list[MutationReport] = []
        self.why_not = ""
        self.running = ""
        self.raised: BaseException | None = None

    def find(self, contracts: Iterable[Contract]) -> None:
        """Mutate these contracts as well; those whose source is not known cannot be."""
        for contract in contracts:
            if contract.scripts:
                key = contract.name, shape_of(contract)
                group = self.groups.setdefault(key, _Group())
                group.contracts[contract] = None
                for number, code in enumerate(contract.scripts):
                    self.scripts.setdefault(code, (group, number))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Find the contracts of the modules that hold tests."""
        self.find(contracts_of(session.items))

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self) -> Generator[None, object, object]:
        """Find the contracts that a fixture returns."""
        made = yield
        self.find(contracts_in(made))
        return made

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note what a test reaches."""
        self.running = item.nodeid
        with recording(self):
            return (yield)

    def observe(self, vm: Machine, program: Program, position: int) -> None:
        """Note an instruction that is about to run."""
        found = self.scripts.get(program.code)
        if found is not None and vm.executing:
            group, number = found
            group.reached.setdefault(self.running, set()).add((number, position))

    def end(self, result: InputResult) -> None:
        """Need nothing of the result."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, call: Any) -> Generator[None, object, object]:
        """Keep what a test raises; a skip is no failure."""
        error = call.excinfo and call.excinfo.value
        if error is not None and not isinstance(error, pytest.skip.Exception):
            self.raised = error
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Run all tests once as they are, and then for each mutant those that reach it."""
        done = yield
        if session.config.getoption("collectonly"):
            return done
        if session.testsfailed:
            self.why_not = "tests fail without any change, so that none was tried"
            return done
        seconds: float = self.config.getoption("--bchcov-mutate-seconds")
        items = {item.nodeid: item for item in session.items}
        for item in session.items:
            _stop_shrinking(item)
        for group in self.groups.values():
            contract, *siblings = group.contracts
            tests = {
                name: (self._again(items[name]), reached) for name, reached in group.reached.items()
            }
            made = mutate_with_all(contract, tests, siblings=siblings, seconds=seconds)
            self.reports.append(made)
        return done

    def _again(self, item: pytest.Item) -> Callable[[], None]:
        """Return what runs a test once more, and raises what the test raises."""

        def run() -> None:
            self.raised = None
            reports = runtestprotocol(item, log=False, nextitem=None)
            if isinstance(self.raised, TimeoutError):
                raise self.raised
            assert not any(each.failed for each in reports), item.nodeid

        return run

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a run whose score is too low."""
        least: float | None = self.config.getoption("--bchcov-min-score")
        if least is not None and not session.exitstatus:
            scores = [report.score for report in self.reports]
            if not scores or any(score is None or 100 * score < least for score in scores):
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the reports."""
        terminalreporter.section("mutants of contracts")
        if self.why_not or not self.reports:
            nothing = "no contract was found in a module of tests or made by a fixture"
            terminalreporter.line(self.why_not or nothing)
        for report in self.reports:
            terminalreporter.line(f"{report.contract}: {report}")


def _stop_shrinking(item: pytest.Item) -> None:
    """Let a test of hypothesis end with its first failure, and keep none of a mutant's."""
    function = getattr(item, "obj", None)
    function = getattr(function, "__func__", function)
    if not hasattr(function, "hypothesis") and not hasattr(function, "is_hypothesis_test"):
        return
    from hypothesis import Phase, settings

    phases = (Phase.explicit, Phase.generate)
    for owner, name in (
        (function, "_hypothesis_internal_use_settings"),
        (getattr(item, "cls", None), "settings"),
    ):
        before = getattr(owner, name, None)
        if isinstance(before, settings):
            setattr(owner, name, settings(before, phases=phases, database=None))
