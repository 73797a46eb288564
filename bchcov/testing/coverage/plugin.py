"""The plugin of coverage.py that reports lines of contracts.

Its options: `lines` names the file that `write_coverage_data` wrote beside the data, by
default the one of `.coverage`, or of the environment's COVERAGE_FILE.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from coverage import CoveragePlugin, FileReporter
from coverage.plugin_support import Plugins

from ...encoding.json_text import JSON
from .data import lines_file_of

__all__ = ["ContractPlugin", "coverage_init"]


class ContractPlugin(CoveragePlugin):
    """Makes the reporters of contract sources."""

    def __init__(self, lines_file: Path) -> None:
        self.lines_file = lines_file

    def file_reporter(self, filename: str) -> FileReporter:
        """Return the reporter of a source that the data names."""
        try:
            known = JSON.decode(self.lines_file.read_text(encoding="utf-8"))
        except OSError:
            known = {}
        return _ContractReporter(filename, known.get(filename, {"lines": [], "ways": {}}))


class _ContractReporter(FileReporter):
    """Knows the lines of a source that have instructions, and the ways that each can go."""

    def __init__(self, filename: str, known: dict[str, Any]) -> None:
        super().__init__(filename)
        self.known_lines = set(known["lines"])
        self.ways = {int(line): said for line, said in known["ways"].items()}

    def lines(self) -> set[int]:
        return self.known_lines

    def arcs(self) -> set[tuple[int, int]]:
        return {
            (line, -number - 1) for line, said in self.ways.items() for number in range(len(said))
        }

    def exit_counts(self) -> dict[int, int]:
        return {line: len(said) for line, said in self.ways.items()}

    def missing_arc_description(
        self,
        start: int,
        end: int,
        executed_arcs: Iterable[tuple[int, int]] | None = None,  # noqa: ARG002
    ) -> str:
        return f"line {start} was never seen so: {self.ways[start][-end - 1]}"

    def arc_description(self, start: int, end: int) -> str:
        return str(self.ways[start][-end - 1])


def coverage_init(registry: Plugins, options: dict[str, Any]) -> None:
    """Register the plugin: coverage.py calls this."""
    data_file = os.environ.get("COVERAGE_FILE") or ".coverage"
    lines = options.get("lines") or lines_file_of(Path(data_file))
    registry.add_file_tracer(ContractPlugin(Path(lines)))
