"""Writing coverage of contracts as data of coverage.py, for its reports: text, HTML, LCOV, XML.

A way that a line can go is an arc of coverage.py from the line to a negative number: a check
passes or refuses, a branch's condition is true or false, a loop is repeated or not. What the
ways are is in a file beside the data, which the plugin reads.
"""

from __future__ import annotations

import errno
import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...encoding.json_text import JSON
from ...errors import MissingExtra
from .collecting import Coverage
from .report import CoverageReport, LineRow

__all__ = ["lines_file_of", "write_coverage_data"]

_PLUGIN = "bchcov.testing.coverage.plugin.ContractPlugin"
_ENTRY = -1
_Ways = dict[int, list[str]]


def lines_file_of(data_file: Path) -> Path:
    """Return where the lines of a data file's contracts are: `contracts-coverage.json`."""
    # Not a name that begins like the data file's: coverage.py would take it for data.
    return data_file.with_name(f"contracts-{data_file.name.lstrip('.')}.json")


def write_coverage_data(
    coverage: Coverage,
    data_file: str | Path = ".coverage",
    *,
    folder: str | Path = ".",
    sources: Mapping[str, str | Path] | None = None,
) -> tuple[str, ...]:
    """Add what was reached to a data file of coverage.py, each context under its name.

    A contract's source is looked for in `sources`, by the name in the report, and then in
    `folder`; if it is in neither, its text is written into a folder beside the data file.
    Returns the names of the sources that could not be found, which are left out. For reports,
    coverage.py needs the plugin: `plugins = bchcov.testing.coverage.plugin`.

    Raises MissingExtra without coverage.py, and OSError for what cannot be written.
    """
    try:
        from coverage.exceptions import CoverageException
    except ImportError:
        raise MissingExtra("data for coverage.py needs coverage", "cover") from None
    target = Path(data_file).absolute()
    try:
        return _write(coverage, target, Path(folder), sources or {})
    except (CoverageException, sqlite3.Error) as error:
        raise OSError(errno.EIO, str(error), str(target)) from error


def _write(
    coverage: Coverage, target: Path, folder: Path, sources: Mapping[str, str | Path]
) -> tuple[str, ...]:
    from coverage import CoverageData

    report = coverage.report()
    texts = {each.name: each.text for each in coverage.contracts}
    names = list(dict.fromkeys(each.file for each in report.lines))
    paths = {
        name: path
        for name in names
        if (path := _path_of(name, texts, target, folder, sources)) is not None
    }
    ways = {name: _ways_of(report, name) for name in names}
    data = CoverageData(str(target))
    data.read()
    has_lines = bool(data.measured_files()) and not data.has_arcs()
    for context, counts in coverage.contexts.items():
        data.set_context(context)
        reached = {
            str(path): set(_arcs(coverage.report_of(counts), name, ways[name]))
            for name, path in paths.items()
        }
        if has_lines:
            data.add_lines(
                {name: {line for _, line in arcs if line > 0} for name, arcs in reached.items()}
            )
        else:
            data.add_arcs(reached)
    data.set_context(None)
    nothing: dict[str, list[tuple[int, int]]] = {str(path): [] for path in paths.values()}
    if not has_lines:
        data.add_arcs(nothing)
    # Name the plugin of each file, also of those that nothing has reached.
    data.touch_files(nothing, _PLUGIN)
    data.write()
    _write_lines(
        target, {str(path): _describe(report, name, ways[name]) for name, path in paths.items()}
    )
    return tuple(name for name in names if name not in paths)


def _path_of(
    name: str,
    texts: Mapping[str, str | None],
    target: Path,
    folder: Path,
    sources: Mapping[str, str | Path],
) -> Path | None:
    """Find the file of a source, or write its text into one."""
    if name in sources:
        return Path(sources[name]).absolute()
    if (folder / name).is_file():
        return (folder / name).absolute()
    text = texts.get(name.rpartition(".")[0])
    relative = Path(name)
    if text is None or relative.is_absolute() or ".." in relative.parts:
        return None
    path = lines_file_of(target).with_suffix("") / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _ways_of(report: CoverageReport, file: str) -> _Ways:
    """List what each line can do."""
    ways: _Ways = {}
    for check in report.checks:
        if check.file == file:
            said = ways.setdefault(check.line, [])
            said += [f"[{check.name}] fails", f"[{check.name}] passes"]
    for branch in report.branches:
        if branch.file == file:
            what = f"the condition of {branch.opcode} at column {branch.column} is"
            ways.setdefault(branch.line, []).extend((f"{what} true", f"{what} false"))
    for loop in report.loops:
        if loop.file == file:
            what = f"the loop to column {loop.column} ends after"
            times = ("no repetition", "one repetition", "many repetitions")
            ways.setdefault(loop.line, []).extend(f"{what} {each}" for each in times)
    return ways


def _done(report: CoverageReport, file: str) -> Iterator[tuple[int, bool]]:
    """Yield, in the order of `_ways_of`, whether a line has done what it can do."""
    for check in report.checks:
        if check.file == file:
            yield check.line, bool(check.refused)
            yield check.line, check.ran > check.refused
    for branch in report.branches:
        if branch.file == file:
            yield branch.line, bool(branch.true)
            yield branch.line, bool(branch.false)
    for loop in report.loops:
        if loop.file == file:
            for times in (loop.none, loop.one, loop.many):
                yield loop.line, bool(times)


def _arcs(report: CoverageReport, file: str, ways: _Ways) -> Iterator[tuple[int, int]]:
    """Yield the arcs of coverage.py for what has run."""
    ran = {each.line for each in report.lines if each.file == file and each.ran}
    for line in ran:
        yield _ENTRY, line
    numbers = dict.fromkeys(ways, 0)
    for line, is_done in _done(report, file):
        numbers[line] += 1
        if is_done:
            yield line, -numbers[line]


def _describe(report: CoverageReport, file: str, ways: _Ways) -> dict[str, Any]:
    rows: list[LineRow] = [each for each in report.lines if each.file == file]
    return {
        "lines": [each.line for each in rows],
        "ways": {str(line): said for line, said in sorted(ways.items())},
    }


def _write_lines(target: Path, files: Mapping[str, dict[str, Any]]) -> None:
    path = lines_file_of(target)
    known = JSON.decode(path.read_text(encoding="utf-8")) if path.is_file() else {}
    text = json.dumps({**known, **files}, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
