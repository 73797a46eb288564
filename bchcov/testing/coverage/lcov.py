"""Writing coverage of contracts as LCOV, by coverage.py's own report."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from ...errors import MissingExtra
from .collecting import Coverage
from .data import lines_file_of, write_coverage_data

__all__ = ["write_lcov"]


def write_lcov(
    coverage: Coverage,
    path: str | Path,
    *,
    folder: str | Path = ".",
    sources: Mapping[str, str | Path] | None = None,
) -> None:
    """Write what was reached as an LCOV file; the sources are found as by `write_coverage_data`.

    Raises MissingExtra without coverage.py, and OSError for what cannot be written.
    """
    try:
        from coverage import Coverage as Reporter
    except ImportError:
        raise MissingExtra("LCOV needs coverage", "cover") from None
    with tempfile.TemporaryDirectory() as name:
        data_file = Path(name) / "data"
        write_coverage_data(coverage, data_file, folder=folder, sources=sources)
        reporter = Reporter(data_file=str(data_file), config_file=False)
        reporter.set_option("run:plugins", ["bchcov.testing.coverage.plugin"])
        lines = lines_file_of(data_file)
        reporter.set_option("bchcov.testing.coverage.plugin:lines", str(lines))
        reporter.load()
        reporter.lcov_report(outfile=str(path))
