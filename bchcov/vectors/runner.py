"""Judging tests in parallel processes, with the outcomes in the order of the files."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from ..errors import VectorError
from ..processes.pool import in_order
from .files import find_files, open_tests
from .outcome import Outcome, Selection
from .report import Report

__all__ = ["run"]

# Small enough to keep all processes busy until the end, large enough to be cheap to send.
_CHUNK_TESTS = 250

Progress = Callable[[int, int], None]
"""Called with the number of tests judged so far and of all tests."""


def _judge_range(path: Path, start: int, stop: int, selection: Selection) -> list[Outcome]:
    tests = open_tests(path)
    return [outcome for index in range(start, stop) for outcome in tests.judge(index, selection)]


def _results(
    chunks: Sequence[tuple[Path, int, int]], selection: Selection, jobs: int
) -> Generator[list[Outcome], None, None]:
    judge = partial(_judge_chunk, selection)
    if jobs == 1 or len(chunks) == 1:
        yield from map(judge, chunks)
        return
    yield from in_order(judge, chunks, jobs=min(jobs, len(chunks)))


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
    report: Report | None = None,
) -> Report:
    """Judge all tests at `paths`, files and folders, in `jobs` processes (None: one per core).

    Other files in a folder are skipped and reported; a file of tests in a folder that cannot be
    read is a disagreement. If `report` is given, it is filled during the run, so that it has
    the results so far when the run is interrupted. Raises VectorError if a path or file given
    by name cannot be read, WorkerLost if a process ends before its work is done.
    """
    selection = selection or Selection()
    report = Report() if report is None else report
    named = {path.resolve() for path in paths if not path.is_dir()}
    sizes = []
    for found in find_files(paths, skipped=report.skip):
        path = found.resolve()
        try:
            sizes.append((path, len(open_tests(path))))
        except VectorError as error:
            # A damaged file in a folder is one disagreement; the other files are judged.
            if path in named:
                raise
            report.add(_unreadable(found, error))
    chunks = [
        (path, start, min(start + _CHUNK_TESTS, size))
        for path, size in sizes
        for start in range(0, size, _CHUNK_TESTS)
    ]
    report.total = sum(size for _, size in sizes)
    with closing(_results(chunks, selection, jobs or os.cpu_count() or 1)) as results:
        for (_, start, stop), outcomes in zip(chunks, results, strict=True):
            report.outcomes.extend(outcomes)
            report.tests += stop - start
            if progress is not None:
                progress(report.tests, report.total)
    return report
