"""Coverage of contracts over a test run, of all processes together."""

from __future__ import annotations

import pickle
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest

from ...contract.contract import Contract
from ...encoding.printable import printable
from ...errors import ContractError
from ...vm.machine import Machine
from ...vm.program import Program
from ...vm.recording import recording
from ...vm.result import InputResult
from ..coverage import Coverage, write_coverage_data
from .discovery import contracts_in, contracts_of

__all__ = ["CoverageRun"]

_KEY = "bchcov_coverage"


class CoverageRun:
    """The hooks that collect coverage; in the main process they report that of all workers."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.coverage: Coverage | None = None
        self.unknown: set[str] = set()
        self.context = ""

    def watch(self, contracts: Iterable[Contract]) -> None:
        """Watch contracts, and note those of whose source nothing is known."""
        for contract in contracts:
            try:
                if self.coverage is None:
                    self.coverage = Coverage(contract)
                self.coverage.watch(contract)
            except ContractError:
                self.unknown.add(contract.name)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Watch the contracts of the modules that hold tests."""
        self.watch(contracts_of(session.items))

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self) -> Generator[None, object, object]:
        """Watch the contracts that a fixture returns."""
        made = yield
        self.watch(contracts_in(made))
        return made

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Collect what a test reaches under its name."""
        self.context = item.nodeid
        with recording(self):
            return (yield)

    def observe(self, vm: Machine, program: Program, position: int) -> None:
        """Count an instruction; the contract may have come with a fixture of this test."""
        if self.coverage is not None:
            self.coverage.observe(vm, program, position)

    def end(self, result: InputResult) -> None:
        """Take over what an input reached."""
        if self.coverage is not None:
            self.coverage.context = self.context
            self.coverage.end(result)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over to the main process, or see whether every check was seen to fail."""
        output: dict[str, Any] | None = getattr(self.config, "workeroutput", None)
        if output is not None:
            output[_KEY] = pickle.dumps((self.coverage, self.unknown))
            return
        self._write()
        if self.config.getoption("--bchcov-require-checks") and not session.exitstatus:
            missing = self.coverage is None or self.coverage.report().never_refused
            if missing:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker of xdist has collected."""
        data = getattr(node, "workeroutput", {}).get(_KEY)
        if data is not None:
            # It comes from a process that this one has started.
            coverage, unknown = pickle.loads(data)
            self.unknown |= unknown
            if coverage is not None and self.coverage is None:
                self.coverage = coverage
            elif coverage is not None and self.coverage is not None:
                self.coverage.merge(coverage)

    def _write(self) -> None:
        path: str | None = self.config.getoption("--bchcov-data-file")
        if path is not None and self.coverage is not None:
            write_coverage_data(self.coverage, Path(path), folder=self.config.rootpath)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the report."""
        terminalreporter.section("coverage of contracts")
        if self.coverage is None:
            terminalreporter.line("no contract was found in a module of tests or made by a fixture")
        else:
            terminalreporter.line(str(self.coverage.report()))
        for name in sorted(self.unknown):
            terminalreporter.line(f"nothing is known of the source of {printable(name)}")
