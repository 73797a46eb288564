"""`bchcov mutate`: which weakened versions of a contract its transactions do not notice."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..errors import ContractError
from ..testing.contract_mutants import Case
from ..testing.contract_mutants import mutate as run_mutants
from ..testing.contract_mutants.marking import RULES, cases_of, marks_of
from ..validation.verify import verify
from ..vm.rules.ruleset import RuleSet
from .terminal.contracts import contract_arguments, load_contracts, read_transactions
from .terminal.files import finite
from .terminal.reporting import Reports, placed, report_options, write_reports

__all__ = ["mutate"]


@click.command()
@contract_arguments
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    callback=finite,
    default=10.0,
    show_default=True,
    help="How long one mutant may take.",
)
@report_options
@click.pass_context
def mutate(
    ctx: click.Context,
    file: Path | None,
    arguments: tuple[str, ...],
    transactions: Path,
    locking: str,
    rules: RuleSet,
    seconds: float,
    as_json: bool,
    junit: Path | None,
    sarif: Path | None,
    github: bool,
) -> None:
    """Remove or weaken one check after the other, and judge transactions by each.

    FILE and ARGUMENTS are as for `bchcov cover`. A line may say by "ok" whether its transaction
    should be accepted; if it does not, its verdict by the contract as it is counts. The exit
    code is 1 if a mutant survives: a weaker contract that no transaction notices.
    """
    lines = list(read_transactions(transactions, rules))
    cases = []
    for line in lines:
        spent = line.transaction, line.source_outputs, line.rules
        expected = verify(*spent).ok if line.expected is None else line.expected
        cases.append(Case(line.name, *spent[:2], expected, line.rules))
    try:
        reports = [
            run_mutants(contract, cases, seconds=seconds)
            for contract in load_contracts(file, arguments, locking, lines, rules)
        ]
    except ContractError as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        found = [report.as_dict() for report in reports]
        click.echo(json.dumps(found if file is None else found[0], indent=1))
    else:
        click.echo("\n".join(map(str, reports)))
    write_reports(
        Reports(junit, sarif, github),
        "bchcov mutate",
        rules=RULES,
        marks=placed((mark for report in reports for mark in marks_of(report)), file),
        cases=[case for report in reports for case in cases_of(report)],
    )
    ctx.exit(1 if any(report.survivors for report in reports) else 0)
