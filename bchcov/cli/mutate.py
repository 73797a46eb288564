"""`bchcov mutate`: which weakened versions of a contract its transactions do not notice."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..errors import ContractError
from ..testing.contract_mutants import Case
from ..testing.contract_mutants import mutate as run_mutants
from ..validation.verify import verify
from .terminal.contracts import contract_arguments, load_from, read_transactions
from .terminal.files import finite

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
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def mutate(
    ctx: click.Context,
    file: Path,
    arguments: tuple[str, ...],
    transactions: Path,
    locking: str,
    seconds: float,
    as_json: bool,
) -> None:
    """Remove or weaken one check of a contract after the other, and judge transactions by each.

    FILE and ARGUMENTS are as for `bchcov cover`. A line may say by "ok" whether its transaction
    should be accepted; if it does not, its verdict by the contract as it is counts. The exit
    code is 1 if a mutant survives: a weaker contract that no transaction notices.
    """
    contract = load_from(file, arguments, locking)
    cases = []
    for line in read_transactions(transactions):
        spent = line.transaction, line.source_outputs, line.rules
        expected = verify(*spent).ok if line.expected is None else line.expected
        cases.append(Case(line.name, *spent[:2], expected, line.rules))
    try:
        report = run_mutants(contract, cases, seconds=seconds)
    except ContractError as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(report.as_dict(), indent=1) if as_json else report.text())
    ctx.exit(1 if report.survivors else 0)
