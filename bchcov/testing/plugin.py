"""The plugin for pytest: fixtures, and VMB files as collected tests.

Pytest loads it wherever this package is installed, so nothing else is loaded before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

# Nothing but pytest itself is imported here: see above.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..chain import Chain
    from ..vectors.outcome import Tests
    from .fuzzing import Report

__all__ = ["chain", "fuzz", "pytest_addoption", "pytest_collect_file"]

_VMB_FILES = ("*.vmb.json", "bch_vmb_tests_*.json")
_SECONDS = 10.0


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of this plugin."""
    group = parser.getgroup("bchcov", "Bitcoin Cash contracts")
    group.addoption(
        "--bchcov-vmb",
        action="store_true",
        help="collect VMB files, *.vmb.json and bch_vmb_tests_*.json, as tests",
    )
    group.addoption(
        "--bchcov-seconds",
        type=float,
        metavar="S",
        help=f"how long the fixture fuzz searches, whatever a test says; {_SECONDS:.0f} without",
    )
    group.addoption(
        "--bchcov-seed", type=int, default=0, metavar="N", help="the seed of the fixture fuzz"
    )


@pytest.fixture
def chain() -> Chain:
    """An emulated chain of its own for each test, in memory."""
    from ..chain import Chain

    return Chain()


@pytest.fixture
def fuzz(request: pytest.FixtureRequest) -> Callable[..., Report]:
    """Search for attacks as `bchcov.testing.fuzz` does; the test fails if there are any."""
    from .fuzzing import fuzz as search

    limit: float | None = request.config.getoption("--bchcov-seconds")
    seed: int = request.config.getoption("--bchcov-seed")

    def run(honest: object, parties: object = (), **options: object) -> Report:
        if limit is not None:
            options |= {"seconds": limit, "count": None}
        elif options.get("count") is not None:
            options.setdefault("seconds", None)
        arguments = {"seconds": _SECONDS, "seed": seed, **options}
        report = search(honest, parties, **arguments)  # type: ignore[arg-type]
        if report.attacks:
            pytest.fail(str(report), pytrace=False)
        return report

    return run


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> _VmbFile | None:
    """Collect VMB files where the option asks for them."""
    if not parent.config.getoption("--bchcov-vmb"):
        return None
    if not any(fnmatch(file_path.name, pattern) for pattern in _VMB_FILES):
        return None
    made: _VmbFile = _VmbFile.from_parent(parent, path=file_path)
    return made


class _VmbFile(pytest.File):
    """A VMB file: a test for each of its rows."""

    def collect(self) -> Iterator[_VmbTest]:
        from ..errors import VectorError
        from ..vectors.files import open_tests

        try:
            tests = open_tests(self.path)
        except VectorError as error:
            raise self.CollectError(str(error)) from None
        for index in range(len(tests)):
            made: _VmbTest = _VmbTest.from_parent(self, name=f"[{index}]")
            made.tests, made.index = tests, index
            yield made


class _VmbTest(pytest.Item):
    """One row of a VMB file, judged under every rule set and mode that its labels name."""

    tests: Tests
    index: int

    def runtest(self) -> None:
        from ..encoding.printable import printable
        from ..vectors.outcome import Selection

        outcomes = self.tests.judge(self.index, Selection())
        if not outcomes:
            pytest.skip("no label names a known rule set")
        wrong = [each for each in outcomes if not each.agrees]
        if wrong:
            lines = [
                f"{each.id} under {each.rules} ({each.mode}): expected {each.expected},"
                f" got {each.got}\n{each.detail}"
                for each in wrong
            ]
            said = "\n".join(printable(line) for each in lines for line in each.split("\n"))
            pytest.fail(said, pytrace=False)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"{self.path.name}{self.name}"
