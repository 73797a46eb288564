"""Judging tests on all cores, with the outcomes in the order of the files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from ..errors import VectorError
from .files import find_files, open_tests
from .outcome import Outcome, Selection
from .report import Report

__all__ = ["run"]

# Small enough to keep both cores busy at the end, large enough to be cheap to send.
_CHUNK = 250

Progress = Callable[[int, int], None]
"""Called with the number of tests done and of all tests."""


def _judge_range(path: Path, start: int, stop: int, selection: Selection) -> list[Outcome]:
    tests = open_tests(path)
    return [outcome for index in range(start, stop) for outcome in tests.judge(index, selection)]


def _results(
    chunks: Sequence[tuple[Path, int, int]], selection: Selection, jobs: int
) -> Iterator[list[Outcome]]:
    judge = partial(_judge_chunk, selection)
    if jobs == 1 or len(chunks) == 1:
        yield from map(judge, chunks)
        return
    with ProcessPoolExecutor(min(jobs, len(chunks))) as pool:
        yield from pool.map(judge, chunks)


def _judge_chunk(selection: Selection, chunk: tuple[Path, int, int]) -> list[Outcome]:
    return _judge_range(*chunk, selection)


def _unreadable(path: Path, error: VectorError) -> Outcome:
    group = path.name.split(".")[0]
    return Outcome(path.name, group, "?", "?", False, "tests", "unreadable", str(error))


def run(
    paths: Sequence[Path],
    selection: Selection | None = None,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Judge every test at `paths`, files and folders, in `jobs` processes (None: all cores).

    What a folder holds beside tests is passed over and reported, what should be tests and
    cannot be read disagrees. Raises VectorError for a path or a file named that cannot be
    read.
    """
    selection = selection or Selection()
    report = Report()
    named = {path.resolve() for path in paths if not path.is_dir()}
    sizes = []
    for found in find_files(paths, skipped=report.skip):
        path = found.resolve()
        try:
            sizes.append((path, len(open_tests(path))))
        except VectorError as error:
            # One file of a folder that is damaged is one disagreement: the rest is judged.
            if path in named:
                raise
            report.add(_unreadable(found, error))
    chunks = [
        (path, start, min(start + _CHUNK, size))
        for path, size in sizes
        for start in range(0, size, _CHUNK)
    ]
    total, done = sum(size for _, size in sizes), 0
    results = _results(chunks, selection, jobs or os.cpu_count() or 1)
    for (_, start, stop), outcomes in zip(chunks, results, strict=True):
        for outcome in outcomes:
            report.add(outcome)
        done += stop - start
        if progress is not None:
            progress(done, total)
    report.tests = total
    return report
