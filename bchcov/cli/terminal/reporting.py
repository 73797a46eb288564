"""Reports of a command beside its text: JUnit XML, SARIF, and annotations of GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import click

from ...testing.marks import Case, Mark, as_annotations, as_junit, as_sarif
from .files import writing

__all__ = ["Reports", "placed", "report_options", "write_reports"]

_FILE = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Reports:
    """Which reports are asked for: the files to write, and whether GitHub is to show them."""

    junit: Path | None
    sarif: Path | None
    github: bool


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options for its reports."""
    for decorate in (
        click.option("--github", is_flag=True, help="Write annotations for GitHub Actions, too."),
        click.option("--sarif", type=_FILE, help="Write SARIF to this file."),
        click.option("--junit", type=_FILE, help="Write JUnit XML to this file."),
        click.option("--json", "as_json", is_flag=True, help="Print the report as JSON."),
    ):
        command = decorate(command)
    return command


def placed(marks: Iterable[Mark], file: Path | None) -> list[Mark]:
    """Give marks the path of their source, if it is the command's file or lies beside it."""
    if file is None:
        return list(marks)
    return [
        replace(each, file=(file.parent / each.file).as_posix())
        if (file.parent / each.file).is_file()
        else each
        for each in marks
    ]


def write_reports(
    wanted: Reports,
    tool: str,
    *,
    rules: Mapping[str, str],
    marks: Sequence[Mark],
    cases: Sequence[Case],
) -> None:
    """Write what is asked for; annotations go to standard error, which GitHub reads as well."""
    if wanted.junit is not None:
        with writing(wanted.junit):
            wanted.junit.write_bytes(as_junit(tool, cases))
    if wanted.sarif is not None:
        made = as_sarif(tool, rules, marks, metadata.version("bchcov"))
        with writing(wanted.sarif):
            text = json.dumps(made, indent=1) + "\n"
            wanted.sarif.write_text(text, encoding="utf-8")
    if wanted.github:
        for line in as_annotations(marks, tool):
            click.echo(line, err=True)
