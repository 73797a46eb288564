"""The files of a report of coverage, for the commands that cover contracts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from ...errors import MissingExtra
from ...testing.coverage import (
    Coverage,
    write_cobertura,
    write_coverage_data,
    write_html,
    write_lcov,
)
from .files import writing

__all__ = ["CoverageFiles", "coverage_options"]

_PATH = click.Path(path_type=Path)


@dataclass(frozen=True, slots=True)
class CoverageFiles:
    """Which files of coverage are asked for."""

    lcov: Path | None
    cobertura: Path | None
    html: Path | None
    data_file: Path | None

    @property
    def asked(self) -> bool:
        """Whether any is."""
        return any((self.lcov, self.cobertura, self.html, self.data_file))

    def write(self, coverage: Coverage, file: Path | None) -> None:
        """Write them; `file` is the contract's, beside which its sources lie.

        Raises click.ClickException if coverage.py is not installed.
        """
        folder = Path() if file is None else file.parent
        names = {row.file for row in coverage.report().lines}
        sources = {} if file is None else {each: file for each in names if each == file.name}
        writers = (
            (self.data_file, write_coverage_data),
            (self.lcov, write_lcov),
            (self.cobertura, write_cobertura),
            (self.html, write_html),
        )
        try:
            for path, write in writers:
                if path is not None:
                    with writing(path):
                        write(coverage, path, folder=folder, sources=sources)
        except MissingExtra as error:
            raise click.ClickException(str(error)) from None


def coverage_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options for these files, as its argument `files_of_coverage`."""

    @wraps(command)
    def gathered(
        *args: object,
        lcov: Path | None,
        cobertura: Path | None,
        html: Path | None,
        data_file: Path | None,
        **others: object,
    ) -> Any:
        files = CoverageFiles(lcov, cobertura, html, data_file)
        return command(*args, files_of_coverage=files, **others)

    decorated: Callable[..., Any] = gathered
    for name, says in (
        ("data-file", "Add to this data file of coverage.py, for its reports."),
        ("html", "Write annotated pages into a folder."),
        ("cobertura", "Write Cobertura to this file."),
        ("lcov", "Write LCOV to this file."),
    ):
        decorated = click.option(f"--{name}", type=_PATH, metavar="PATH", help=says)(decorated)
    return decorated
