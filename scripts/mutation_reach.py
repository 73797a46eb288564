"""Recording which statements of the library each test reaches, with probes in its source."""

from __future__ import annotations

import ast
import gc
import importlib.abc
import importlib.machinery
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import _lru_cache_wrapper
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest
from mutants import Mutant

Place = tuple[str, int]  # a file and the line of a statement
HITS = "__reached__"


@dataclass(frozen=True)
class Baseline:
    """What each test reaches, as numbers of places, and how long it takes, in seconds."""

    places: dict[Place, int]
    reached: dict[str, frozenset[int]]
    imported: frozenset[int]
    seconds: dict[str, float]

    def tests(self, places: Iterable[int]) -> list[str]:
        """The tests that reach any of the places, quickest first."""
        wanted = frozenset(places)
        found = [test for test, reached in self.reached.items() if reached & wanted]
        return sorted(found, key=self.seconds.__getitem__)


class Probed(ast.NodeTransformer):
    """Lets each statement of a function note that it was reached."""

    def __init__(self, path: str, places: dict[Place, int]) -> None:
        self.path = path
        self.places = places
        self.depth = 0

    def _probe(self, statement: ast.stmt) -> list[ast.stmt]:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            return [statement]  # a docstring stays first
        number = self.places.setdefault((self.path, statement.lineno), len(self.places))
        (probe,) = ast.parse(f"{HITS}[{number}] = 1").body
        for node in ast.walk(probe):
            ast.copy_location(node, statement)
        return [probe, statement]

    def generic_visit(self, node: ast.AST) -> ast.AST:
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        self.depth += is_function
        super().generic_visit(node)
        if self.depth and not isinstance(node, ast.ClassDef):
            for name in ("body", "orelse", "finalbody"):
                block = getattr(node, name, None)
                if isinstance(block, list):
                    setattr(node, name, [new for old in block for new in self._probe(old)])
        self.depth -= is_function
        return node


class _Source(importlib.machinery.SourceFileLoader):
    """Compiles a module from a tree or a text made for it."""

    def __init__(self, name: str, path: str, made: Any) -> None:
        super().__init__(name, path)
        self.made = made

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        return compile(self.made, self.path, "exec", dont_inherit=True)


class Finder(importlib.abc.MetaPathFinder):
    """Gives modules the source that `make` makes of their file; None leaves it as it is."""

    def __init__(self, make: Callable[[Path], Any]) -> None:
        self.make = make

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] != "bchcov":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.origin is not None:
            made = self.make(Path(spec.origin))
            if made is not None:
                spec.loader = _Source(name, spec.origin, made)
        return spec


class Noter:
    """Notes what each test reaches and how long it takes."""

    def __init__(self, hits: bytearray) -> None:
        self.hits = hits
        self.reached: dict[str, frozenset[int]] = {}
        self.seconds: dict[str, float] = {}
        self.imported: frozenset[int] = frozenset()
        self.failed: set[str] = set()
        self.caches: list[_lru_cache_wrapper[Any]] = []

    def _take(self) -> frozenset[int]:
        found, at = [], self.hits.find(1)
        while at >= 0:
            found.append(at)
            at = self.hits.find(1, at + 1)
        self.hits[:] = bytes(len(self.hits))
        return frozenset(found)

    def pytest_collection_finish(self) -> None:
        self.imported = self._take()
        self.caches = [
            each
            for each in gc.get_objects()
            if isinstance(each, _lru_cache_wrapper)
            and str(getattr(each, "__module__", "")).startswith("bchcov.")
            and not str(getattr(each, "__module__", "")).startswith("bchcov.vectors")
        ]

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        # What an earlier test left there would hide what this one reaches.
        for cache in self.caches:
            cache.cache_clear()
        start = time.process_time()
        yield
        seconds, reached = time.process_time() - start, self._take()
        # What fails as it is cannot tell that something was changed.
        if item.nodeid not in self.failed:
            self.seconds[item.nodeid], self.reached[item.nodeid] = seconds, reached

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(report.nodeid)


def reached_by(mutant: Mutant, baseline: Baseline) -> Iterable[int]:
    """The place of the change, or all of its package where others see it in data."""
    place = baseline.places.get((str(mutant.path), mutant.statement or 0))
    if place is not None and place not in baseline.imported:
        return [place]
    # A number of a module, or a function called while the tests were collected: whatever
    # uses the package may differ, even where nothing of this folder is called any more.
    package = _package_of(mutant.path)
    return [number for (path, _), number in baseline.places.items() if _package_of(path) == package]


def _package_of(path: str | Path) -> str:
    """The part of the library that a file belongs to: what follows the last `bchcov`."""
    return str(path).rpartition("/bchcov/")[2].partition("/")[0]
