"""`bchcov cover`: what transactions reach in a contract, and which checks they see fail."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..errors import ContractError
from ..testing.coverage import Coverage
from ..testing.coverage.marking import RULES, cases_of, marks_of
from ..vm.rules.ruleset import RuleSet
from .terminal.contracts import contract_arguments, load_contracts, read_transactions
from .terminal.covering import CoverageFiles, coverage_options
from .terminal.reporting import Reports, placed, report_options, write_reports

__all__ = ["cover"]


@click.command()
@contract_arguments
@report_options
@coverage_options
@click.option("--require-checks", is_flag=True, help="Fail unless every check was seen to fail.")
@click.pass_context
def cover(
    ctx: click.Context,
    file: Path | None,
    arguments: tuple[str, ...],
    transactions: Path,
    locking: str,
    rules: RuleSet,
    as_json: bool,
    junit: Path | None,
    sarif: Path | None,
    github: bool,
    files_of_coverage: CoverageFiles,
    require_checks: bool,
) -> None:
    """Run transactions and report what they reach in the contract of FILE, or in their scripts.

    FILE is a CashScript artifact (.json) or a CashAssembly source (.cashasm), ARGUMENTS are its
    constants, in order or as NAME=VALUE: 0x and hexadecimal, integers, true or false. Both
    accepted and refused transactions count. The report begins with the checks that no
    transaction was refused by. Without FILE, the disassembly of each script that the transactions
    run is its source.
    """
    lines = list(read_transactions(transactions, rules))
    try:
        coverage = Coverage(*load_contracts(file, arguments, locking, lines, rules))
    except ContractError as error:
        raise click.ClickException(str(error)) from None
    for line in lines:
        coverage.add(line.transaction, line.source_outputs, rules=line.rules, context=line.name)
    report = coverage.report()
    files_of_coverage.write(coverage, file)
    click.echo(json.dumps(report.as_dict(), indent=1) if as_json else report.text())
    write_reports(
        Reports(junit, sarif, github),
        "bchcov cover",
        rules=RULES,
        marks=placed(marks_of(report), file),
        cases=cases_of(report),
    )
    ctx.exit(1 if require_checks and report.never_refused else 0)
