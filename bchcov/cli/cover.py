"""`bchcov cover`: what transactions reach in a contract, and which checks they see fail."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..errors import ContractError, MissingExtra
from ..testing.coverage import (
    Coverage,
    write_cobertura,
    write_coverage_data,
    write_html,
    write_lcov,
)
from ..testing.coverage.marking import RULES, cases_of, marks_of
from .terminal.contracts import contract_arguments, load_contracts, read_transactions
from .terminal.files import writing
from .terminal.reporting import Reports, placed, report_options, write_reports

__all__ = ["cover"]


@click.command()
@contract_arguments
@report_options
@click.option("--lcov", type=click.Path(path_type=Path), help="Write LCOV to this file.")
@click.option("--cobertura", type=click.Path(path_type=Path), help="Write Cobertura to this file.")
@click.option(
    "--html", type=click.Path(path_type=Path), help="Write annotated pages into a folder."
)
@click.option(
    "--data-file",
    type=click.Path(path_type=Path),
    help="Add to this data file of coverage.py, for its reports.",
)
@click.option("--require-checks", is_flag=True, help="Fail unless every check was seen to fail.")
@click.pass_context
def cover(
    ctx: click.Context,
    file: Path | None,
    arguments: tuple[str, ...],
    transactions: Path,
    locking: str,
    as_json: bool,
    junit: Path | None,
    sarif: Path | None,
    github: bool,
    lcov: Path | None,
    cobertura: Path | None,
    html: Path | None,
    data_file: Path | None,
    require_checks: bool,
) -> None:
    """Run transactions and report what they reach in the contract of FILE, or in their scripts.

    FILE is a CashScript artifact (.json) or a CashAssembly source (.cashasm), ARGUMENTS are its
    constants, in order or as NAME=VALUE: 0x and hexadecimal, integers, true or false. Both
    accepted and refused transactions count. The report begins with the checks that no
    transaction was refused by. Without FILE, the disassembly of each script that the transactions
    run is its source.
    """
    lines = list(read_transactions(transactions))
    try:
        coverage = Coverage(*load_contracts(file, arguments, locking, lines))
    except ContractError as error:
        raise click.ClickException(str(error)) from None
    for line in lines:
        coverage.add(line.transaction, line.source_outputs, rules=line.rules, context=line.name)
    report = coverage.report()
    folder = Path() if file is None else file.parent
    names = {row.file for row in report.lines}
    sources = {} if file is None else {each: file for each in names if each == file.name}
    try:
        if data_file is not None:
            with writing(data_file):
                write_coverage_data(coverage, data_file, folder=folder, sources=sources)
        for path, write in ((lcov, write_lcov), (cobertura, write_cobertura), (html, write_html)):
            if path is not None:
                with writing(path):
                    write(coverage, path, folder=folder, sources=sources)
    except MissingExtra as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(report.as_dict(), indent=1) if as_json else report.text())
    write_reports(
        Reports(junit, sarif, github),
        "bchcov cover",
        rules=RULES,
        marks=placed(marks_of(report), file),
        cases=cases_of(report),
    )
    ctx.exit(1 if require_checks and report.never_refused else 0)
