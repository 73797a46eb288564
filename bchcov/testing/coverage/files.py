"""Writing coverage of contracts as LCOV, Cobertura and HTML, by coverage.py's own reports."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...errors import MissingExtra
from .collecting import Coverage
from .data import lines_file_of, write_coverage_data

__all__ = ["write_cobertura", "write_html", "write_lcov"]

_Sources = Mapping[str, str | Path]


def write_lcov(
    coverage: Coverage,
    path: str | Path,
    *,
    folder: str | Path = ".",
    sources: _Sources | None = None,
) -> None:
    """Write what was reached as an LCOV file; the sources are found as by `write_coverage_data`.

    Raises MissingExtra without coverage.py, and OSError for what cannot be written.
    """
    with _reporter(coverage, folder, sources) as reporter:
        reporter.lcov_report(outfile=str(path))


def write_cobertura(
    coverage: Coverage,
    path: str | Path,
    *,
    folder: str | Path = ".",
    sources: _Sources | None = None,
) -> None:
    """Write what was reached as a Cobertura file; everything else is as in `write_lcov`."""
    with _reporter(coverage, folder, sources) as reporter:
        reporter.xml_report(outfile=str(path))


def write_html(
    coverage: Coverage,
    path: str | Path,
    *,
    folder: str | Path = ".",
    sources: _Sources | None = None,
) -> None:
    """Write annotated pages into a folder, with which test has reached each line.

    Everything else is as in `write_lcov`.
    """
    with _reporter(coverage, folder, sources) as reporter:
        reporter.html_report(directory=str(path), show_contexts=True)


@contextmanager
def _reporter(coverage: Coverage, folder: str | Path, sources: _Sources | None) -> Iterator[Any]:
    """Make coverage.py's reporter of what was reached."""
    try:
        from coverage import Coverage as Reporter
    except ImportError:
        raise MissingExtra("reports of lines need coverage", "cover") from None
    with tempfile.TemporaryDirectory() as name:
        data_file = Path(name) / "data"
        write_coverage_data(coverage, data_file, folder=folder, sources=sources)
        reporter = Reporter(data_file=str(data_file), config_file=False)
        reporter.set_option("run:plugins", ["bchcov.testing.coverage.plugin"])
        lines = lines_file_of(data_file)
        reporter.set_option("bchcov.testing.coverage.plugin:lines", str(lines))
        reporter.load()
        yield reporter
