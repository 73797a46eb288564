"""Running the tests that reach a change of the source, in processes forked for it."""

from __future__ import annotations

import ast
import builtins
import contextlib
import gc
import hashlib
import importlib
import importlib.abc
import importlib.machinery
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType

import pytest
from mutants import Mutant
from mutation_reach import HITS, Baseline, Finder, Noter, Place, Probed, reached_by

# Loaded once, before anything is forked: all that the library and the tests use from outside.
for _name in (
    "bitcash",
    "cashaddress",
    "click.testing",
    "coincurve",
    "ecdsa",
    "hypothesis.strategies",
    "numpy",
    "prompt_toolkit",
    "rich.console",
    "rich.progress",
    "rich.table",
):
    importlib.import_module(_name)

KILLED, SURVIVED, UNREACHED, NOT_IN_PLACE = 10, 11, 12, 13
_FATES = {
    KILLED: "killed",
    SURVIVED: "survived",
    UNREACHED: "reached by no test",
    NOT_IN_PLACE: "not in place",
}
_ENDLESS = (signal.SIGVTALRM, signal.SIGALRM)
_MEMORY = 4 << 30


@dataclass
class Bench:
    """Where the tests run, and which: `files` are those of the library to be changed.

    `root` is the project's folder, `scratch` one for what the tests write, `tests` are folders
    of tests, `longest` is how many seconds the slowest test may take that is run for a change,
    `kept` the file of what was noted, until a source or a test changes.
    """

    root: Path
    scratch: Path
    files: frozenset[Path]
    tests: list[str]
    longest: float
    kept: Path

    def run(self, mutants: Sequence[Mutant], jobs: int) -> Iterator[tuple[Mutant, str]]:
        """Find the fate of each change: killed, survived, timed out, reached by no test."""
        baseline = self.baseline()
        within: list[Mutant] = []
        anew: list[Mutant] = []
        for mutant in mutants:
            place = baseline.places.get((str(mutant.path), mutant.statement or 0))
            (within if place is not None and place not in baseline.imported else anew).append(
                mutant
            )
        if within:
            for mutant, fate in self._run_within(within, baseline, jobs):
                if fate == _FATES[NOT_IN_PLACE]:
                    anew.append(mutant)
                else:
                    yield mutant, fate
        yield from _pool(anew, jobs, lambda mutant: self._import_anew(mutant, baseline))

    def baseline(self) -> Baseline:
        """Run all tests once on probed sources, or read what was noted."""
        digest = hashlib.sha256(repr((self.tests, sorted(self.files), sys.version)).encode())
        for folder in ("bchcov", "tests", "scripts"):
            for path in sorted((self.root / folder).rglob("*.py")):
                # How changes are made and run decides nothing about what is reached.
                if path.name not in ("mutation.py", "mutants.py", "mutation_run.py"):
                    digest.update(path.read_bytes())
        if self.kept.is_file():
            name, baseline = pickle.loads(self.kept.read_bytes())
            if name == digest.hexdigest() and isinstance(baseline, Baseline):
                return baseline
        pid = os.fork()
        if not pid:
            _guard(lambda: self._note(digest.hexdigest()))
        if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
            raise SystemExit("the tests could not be run: see above")
        noted: Baseline = pickle.loads(self.kept.read_bytes())[1]
        return noted

    def _arguments(self, *paths: str) -> list[str]:
        own = self.scratch / f"tmp-{os.getpid()}"
        options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-s", "--no-header"]
        # Where it rewrites assertions, pytest takes the sources of its plugins, and so all of
        # this library's, past the finder that probes or changes them.
        options.append("--assert=plain")
        return [*options, f"--basetemp={own}", f"--rootdir={self.root}", *paths]

    def _note(self, name: str) -> int:
        hits = bytearray(1 << 20)
        setattr(builtins, HITS, hits)
        places: dict[Place, int] = {}

        def make(path: Path) -> ast.AST | None:
            if path not in self.files:
                return None
            probed: ast.AST = Probed(str(path), places).visit(ast.parse(path.read_bytes()))
            return ast.fix_missing_locations(probed)

        sys.meta_path.insert(0, Finder(make))
        noter = Noter(hits)
        status = pytest.main(self._arguments(*self.tests), plugins=[noter])
        if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            return int(status)
        noted = Baseline(places, noter.reached, noter.imported, noter.seconds)
        self.kept.write_bytes(pickle.dumps((name, noted)))
        return 0

    def _run_within(
        self, mutants: list[Mutant], baseline: Baseline, jobs: int
    ) -> Iterator[tuple[Mutant, str]]:
        """Let a process collect the tests and fork for each change; it tells the fates."""
        reader, writer = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(reader)
            _silence()
            server = _Server(self, mutants, baseline, jobs, writer)
            _guard(lambda: int(pytest.main(self._arguments(*self.tests), plugins=[server])))
        os.close(writer)
        with os.fdopen(reader) as lines:
            for line in lines:
                number, fate = line.rstrip("\n").split("\t")
                yield mutants[int(number)], fate
        os.waitpid(pid, 0)

    def _import_anew(self, mutant: Mutant, baseline: Baseline) -> int:
        """Import the changed source in this process and run the tests that reach the file."""
        own = self.own_tests(mutant)
        reaching = {*baseline.tests(reached_by(mutant, baseline))}
        # What a decorator makes of data, such as a repr, has no statement to be reached.
        chosen = [
            test
            for test, seconds in sorted(baseline.seconds.items(), key=lambda item: item[1])
            if (test in reaching or test.startswith(own)) and seconds <= self.longest
        ]
        if not chosen:
            return UNREACHED
        source = mutant.path.read_bytes()
        sys.meta_path.insert(
            0, Finder(lambda path: mutant.apply(source) if path == mutant.path else None)
        )
        # Its own tests first: to collect all others takes longer than most of them run.
        for part in (
            [test for test in chosen if test.startswith(own)],
            [test for test in chosen if not test.startswith(own)],
        ):
            chooser = _Chooser(part, baseline)
            # A change that keeps the tests from being collected is noticed too.
            files = dict.fromkeys(str(self.root / test.split("::")[0]) for test in part)
            _limit(30)
            if part and pytest.main([*self._arguments(*files), "-x"], plugins=[chooser]):
                return KILLED
        return SURVIVED

    def own_tests(self, mutant: Mutant) -> str:
        """How the names of the tests begin that mirror the package of a change."""
        package = mutant.path.relative_to(self.root / "bchcov").with_suffix("").parts[0]
        return f"tests/{package}/"


class _Chooser:
    """Runs the chosen tests of those collected, quickest first, each within its time."""

    def __init__(self, chosen: Sequence[str], baseline: Baseline) -> None:
        self.order = {test: at for at, test in enumerate(chosen)}
        self.baseline = baseline

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self.order),
            key=lambda item: self.order[item.nodeid],
        )

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        _limit(self.baseline.seconds[item.nodeid])


class _Server:
    """Takes the place of the run of the tests: forks for each change and runs what reaches it."""

    def __init__(
        self, bench: Bench, mutants: list[Mutant], baseline: Baseline, jobs: int, writer: int
    ) -> None:
        self.bench = bench
        self.mutants = mutants
        self.baseline = baseline
        self.jobs = jobs
        self.writer = writer
        self.failed = False
        self.items: dict[str, pytest.Item] = {}
        self.functions: list[FunctionType] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = {item.nodeid: item for item in session.items}
        package = str(self.bench.root / "bchcov")
        self.functions = [
            each
            for each in gc.get_objects()
            if isinstance(each, FunctionType) and each.__code__.co_filename.startswith(package)
        ]
        gc.freeze()
        numbers = {id(mutant): at for at, mutant in enumerate(self.mutants)}
        for mutant, fate in _pool(self.mutants, self.jobs, self._judge):
            os.write(self.writer, f"{numbers[id(mutant)]}\t{fate}\n".encode())
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed = self.failed or report.failed

    def _judge(self, mutant: Mutant) -> int:
        source = mutant.path.read_bytes()
        try:
            old = compile(source, str(mutant.path), "exec", dont_inherit=True)
            new = compile(mutant.apply(source), str(mutant.path), "exec", dont_inherit=True)
            codes = {_key(was): now for was, now in _pairs(old, new) if was != now}
            for function in self.functions:
                if function.__code__.co_filename == str(mutant.path):
                    now = codes.get(_key(function.__code__))
                    function.__code__ = function.__code__ if now is None else now
        except (SyntaxError, ValueError):
            # Names of the enclosing function that are used no more: not to be put in place.
            return NOT_IN_PLACE
        place = self.baseline.places[str(mutant.path), mutant.statement or 0]
        reached, own = False, self.bench.own_tests(mutant)
        # Most changes fail one of the tests that mirror their package, wherever it is used.
        tests = self.baseline.tests([place])
        for test in sorted(tests, key=lambda test: not test.startswith(own)):
            seconds, item = self.baseline.seconds[test], self.items.get(test)
            if item is None or seconds > self.bench.longest:
                continue
            reached = True
            _limit(seconds)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if self.failed:
                return KILLED
        return SURVIVED if reached else UNREACHED


def _key(code: CodeType) -> tuple[str, int, bytes]:
    """What tells a function from every other of its file; code that has run is not equal to new."""
    return code.co_qualname, code.co_firstlineno, code.co_linetable


def _pairs(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The functions of a module, before and after the change, but for those within one that
    has a function more or less.
    """
    before = [each for each in old.co_consts if isinstance(each, CodeType)]
    after = [each for each in new.co_consts if isinstance(each, CodeType)]
    if len(before) == len(after):
        for was, now in zip(before, after, strict=True):
            yield was, now
            yield from _pairs(was, now)


def _limit(seconds: float) -> None:
    """End this process by a signal if a test takes far longer than it should."""
    signal.setitimer(signal.ITIMER_VIRTUAL, 3 + 6 * seconds)
    signal.setitimer(signal.ITIMER_REAL, 60 + 30 * seconds)


def _silence() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


def _guard(work: Callable[[], int]) -> None:
    """Do the work of a forked process and end it, whatever happens."""
    status = 1
    try:
        status = work()
        # What the tests have printed: the process ends without doing that itself.
        sys.stdout.flush()
    except BaseException as error:  # the process ends here: nobody above may see it
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(status)


def _pool(
    mutants: Sequence[Mutant], jobs: int, judge: Callable[[Mutant], int]
) -> Iterator[tuple[Mutant, str]]:
    """Fork for each change, so many at a time; a signal of a timer is a time-out."""
    waiting = list(reversed(mutants))
    running: dict[int, Mutant] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            pid = os.fork()
            if not pid:
                os.setsid()
                _silence()
                resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
                _guard(lambda mutant=mutant: judge(mutant))  # type: ignore[misc]
            running[pid] = mutant
        pid, status = os.wait()
        if pid not in running:
            continue
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)  # what its tests may have left running
        code = os.waitstatus_to_exitcode(status)
        fate = "timed out" if code in [-each for each in _ENDLESS] else _FATES.get(code, "killed")
        yield running.pop(pid), fate
