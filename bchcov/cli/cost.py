"""`bchcov cost`: what the spends of a contract cost, and whether that has changed."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..encoding.printable import printable
from ..errors import ContractError, FormatError
from ..testing.cost import check_snapshot, joined, measure_cost, profile, update_snapshot
from ..testing.cost.snapshot import cases_of
from ..testing.marks import Mark
from ..vm.rules.ruleset import RuleSet
from .terminal.contracts import contract_arguments, load_contracts, read_transactions
from .terminal.files import finite, writing
from .terminal.reporting import Reports, report_options, write_reports

__all__ = ["cost"]

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@contract_arguments
@click.option("--check", type=_FILE, help="Compare with this snapshot; fail if it differs.")
@click.option("--update", type=_FILE, help="Write the figures into this snapshot.")
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    callback=finite,
    default=0.0,
    show_default=True,
    help="By how many percent a figure may differ from the snapshot.",
)
@click.option("--folded", type=_FILE, help="Write folded stacks, for a flame graph, to this file.")
@click.option("--lines", is_flag=True, help="Print which lines the operation cost goes to, too.")
@report_options
@click.pass_context
def cost(
    ctx: click.Context,
    file: Path | None,
    arguments: tuple[str, ...],
    transactions: Path,
    locking: str,
    rules: RuleSet,
    check: Path | None,
    update: Path | None,
    tolerance: float,
    folded: Path | None,
    lines: bool,
    as_json: bool,
    junit: Path | None,
    sarif: Path | None,
    github: bool,
) -> None:
    """Measure what honest transactions cost in the inputs of a contract, by BCH_2026 or --rules.

    FILE and ARGUMENTS are as for `bchcov cover`; lines whose "ok" is false are left out. Limits
    of size and cost are not enforced, but shown, with the padding that would be needed. The
    exit code is 1 if the figures differ from those of the snapshot given by --check.
    """
    read = [each for each in read_transactions(transactions, rules) if each.expected is not False]
    contracts = load_contracts(file, arguments, locking, read, rules)
    spends = {each.name: each for each in read}
    if len(spends) < len(read):
        raise click.ClickException(f"{transactions.name}: two transactions have the same id")
    try:
        report = joined([measure_cost(each, spends, rules) for each in contracts])
        if check is not None and not check.exists():
            raise click.ClickException(f"{check} does not exist: --update writes it")
        profiles = [profile(each, spends, rules) for each in contracts if lines or folded]
        if folded is not None:
            stacks = "".join(each.folded() for each in profiles)
            with writing(folded):
                folded.write_text(stacks, encoding="utf-8")
        differences = check_snapshot(report, check, tolerance=tolerance / 100) if check else ()
    except (ContractError, FormatError) as error:
        raise click.ClickException(str(error)) from None
    if update is not None:
        with writing(update):
            update_snapshot(report, update)
    click.echo(json.dumps(report.as_dict(), indent=1) if as_json else report.text())
    if lines and not as_json:
        click.echo("\n".join(map(str, profiles)))
    for each in differences:
        click.echo(printable(each), err=True)
    # A difference is about the snapshot: the line that it has to change is not known.
    marks = [Mark("cost-changed", "error", str(check), 1, each) for each in differences]
    write_reports(
        Reports(junit, sarif, github),
        "bchcov cost",
        rules={"cost-changed": "A spend costs another amount than the snapshot says."},
        marks=marks,
        cases=cases_of(report, differences),
    )
    ctx.exit(1 if differences else 0)
