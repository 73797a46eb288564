"""`bchcov cover`: what transactions reach in a contract, and which checks they see fail."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..errors import ContractError, MissingExtra
from ..testing.coverage import Coverage, write_coverage_data
from ..testing.coverage.lcov import write_lcov
from .terminal.contracts import contract_arguments, load_from, read_transactions
from .terminal.files import writing

__all__ = ["cover"]


@click.command()
@contract_arguments
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--lcov", type=click.Path(path_type=Path), help="Write LCOV to this file.")
@click.option(
    "--data-file",
    type=click.Path(path_type=Path),
    help="Add to this data file of coverage.py, for its reports.",
)
@click.option("--require-checks", is_flag=True, help="Fail unless every check was seen to fail.")
@click.pass_context
def cover(
    ctx: click.Context,
    file: Path,
    arguments: tuple[str, ...],
    transactions: Path,
    locking: str,
    as_json: bool,
    lcov: Path | None,
    data_file: Path | None,
    require_checks: bool,
) -> None:
    """Run transactions and report what they reach in the contract of FILE.

    FILE is a CashScript artifact (.json) or a CashAssembly source (.cashasm), ARGUMENTS are its
    constants, in order or as NAME=VALUE: 0x and hexadecimal, integers, true or false. Both
    accepted and refused transactions count. The report begins with the checks that no
    transaction was refused by.
    """
    try:
        coverage = Coverage(load_from(file, arguments, locking))
    except ContractError as error:
        raise click.ClickException(str(error)) from None
    for line in read_transactions(transactions):
        coverage.add(line.transaction, line.source_outputs, rules=line.rules, context=line.name)
    report = coverage.report()
    sources = {each: file for each in {row.file for row in report.lines} if each == file.name}
    try:
        if data_file is not None:
            with writing(data_file):
                write_coverage_data(coverage, data_file, folder=file.parent, sources=sources)
        if lcov is not None:
            with writing(lcov):
                write_lcov(coverage, lcov, folder=file.parent, sources=sources)
    except MissingExtra as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(report.as_dict(), indent=1) if as_json else report.text())
    ctx.exit(1 if require_checks and report.never_refused else 0)
