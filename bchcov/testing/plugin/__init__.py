"""The plugin for pytest: fixtures, assertions' options, VMB files, coverage, costs and mutation.

Pytest loads it wherever this package is installed, so nothing else is loaded before it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

import pytest

# Nothing but pytest itself is imported here: see above.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...chain import Chain
    from ..cost import CostReport
    from ..fuzzing import Report
    from ..wallets import TestWallet
    from .vmb import VmbFile

__all__ = [
    "chain",
    "costs",
    "fuzz",
    "pytest_addoption",
    "pytest_collect_file",
    "pytest_configure",
    "wallet",
]

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
    group.addoption(
        "--bchcov-corpus",
        metavar="FOLDER",
        help="keep what each search has learned in a folder of its own within, and try it first",
    )
    group.addoption(
        "--bchcov-cover",
        action="store_true",
        help="report what the tests reach in the contracts of their modules and fixtures",
    )
    group.addoption(
        "--bchcov-data-file",
        metavar="FILE",
        help="add this coverage to a data file of coverage.py, each test as a context of its own",
    )
    group.addoption(
        "--bchcov-require-checks",
        action="store_true",
        help="fail unless every check of these contracts was seen to fail",
    )
    group.addoption(
        "--bchcov-update-costs",
        action="store_true",
        help="write the snapshots of the fixture costs instead of comparing with them",
    )
    group.addoption(
        "--bchcov-cost-tolerance",
        type=float,
        default=0.0,
        metavar="PERCENT",
        help="by how many percent a figure may differ from its snapshot",
    )
    group.addoption(
        "--bchcov-mutate",
        action="store_true",
        help="run the tests again for each mutant of these contracts that they reach",
    )
    group.addoption(
        "--bchcov-mutate-seconds",
        type=float,
        default=10.0,
        metavar="S",
        help="how long the tests of one mutant may take together; 10 without",
    )
    group.addoption(
        "--bchcov-min-score",
        type=float,
        metavar="PERCENT",
        help="fail if fewer of a contract's mutants are killed",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Start what options ask for: coverage and mutation."""
    option = config.getoption
    if option("--bchcov-mutate") or option("--bchcov-min-score") is not None:
        if hasattr(config, "workerinput") or config.getoption("numprocesses", None):
            raise pytest.UsageError("--bchcov-mutate runs in one process: leave out -n")
        from .mutation import MutationRun

        config.pluginmanager.register(MutationRun(config), "bchcov mutation")
    wanted = ("--bchcov-cover", "--bchcov-require-checks", "--bchcov-data-file")
    if any(map(option, wanted)):
        from .measuring import CoverageRun

        config.pluginmanager.register(CoverageRun(config), "bchcov coverage")


@pytest.fixture
def chain() -> Chain:
    """An emulated chain of its own for each test, in memory."""
    from ...chain import Chain

    return Chain()


@pytest.fixture
def wallet(chain: Chain) -> TestWallet:
    """People by name, with keys, coins and funding on the test's chain."""
    from ..wallets import TestWallet

    return TestWallet(chain)


@pytest.fixture
def costs(request: pytest.FixtureRequest) -> Callable[..., CostReport]:
    """Measure honest spends of a contract, and hold them to the snapshot file beside the test.

    It is called with a contract and spends by name: `costs(contract, {"take": built})`.
    """
    from .costs import make_costs

    return make_costs(request)


@pytest.fixture
def fuzz(request: pytest.FixtureRequest) -> Callable[..., Report]:
    """Search for attacks as `bchcov.testing.fuzz` does; the test fails if there are any."""
    from ..fuzzing import fuzz as search

    limit: float | None = request.config.getoption("--bchcov-seconds")
    seed: int = request.config.getoption("--bchcov-seed")
    corpus: str | None = request.config.getoption("--bchcov-corpus")

    def run(honest: object, parties: object = (), **options: object) -> Report:
        if limit is not None:
            options |= {"seconds": limit, "count": None}
        elif options.get("count") is not None:
            options.setdefault("seconds", None)
        arguments = {"seconds": _SECONDS, "seed": seed, **options}
        if corpus is not None:
            name = "".join(each if each.isalnum() else "-" for each in request.node.nodeid)
            arguments.setdefault("corpus", Path(corpus) / name)
        report = search(honest, parties, **arguments)  # type: ignore[arg-type]
        if report.attacks:
            pytest.fail(str(report), pytrace=False)
        return report

    return run


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> VmbFile | None:
    """Collect VMB files where the option asks for them."""
    if not parent.config.getoption("--bchcov-vmb"):
        return None
    if not any(fnmatch(file_path.name, pattern) for pattern in _VMB_FILES):
        return None
    from .vmb import VmbFile

    made: VmbFile = VmbFile.from_parent(parent, path=file_path)
    return made
