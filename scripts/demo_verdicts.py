"""Verify the transactions of vectors/demo.jsonl and show each input's verdict and cost."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.table import Table

from bchcov import BCH_2026, InputResult, Verdict, verify

DEMO = Path(__file__).parent.parent / "vectors" / "demo.jsonl"


def share(part: int, whole: int | None) -> str:
    """Write a part of a budget in percent."""
    return f"{100 * part / whole:.1f} %" if whole else "-"


def row(result: InputResult) -> list[str]:
    """The columns of one input: verdict, cost and its share, hashing and its share, checks."""
    metrics = result.metrics
    return [
        f"[red]{result.reason.value}[/]" if result.reason else "[green]accepted[/]",
        f"{metrics.op_cost:,}",
        share(metrics.op_cost, metrics.op_cost_limit),
        f"{metrics.hash_iterations}",
        share(metrics.hash_iterations, metrics.hash_iterations_limit),
        f"{metrics.signature_checks}",
        f"{metrics.instructions:,}",
    ]


def add_transaction(table: Table, title: str, verdict: Verdict) -> None:
    """Add the rows of one transaction: its title, then its inputs or why none was run."""
    word = "[green]accepted[/]" if verdict.ok else "[red]refused[/]"
    table.add_row(f"[bold]{title}[/]", word, end_section=not verdict.inputs)
    for index, result in enumerate(verdict.inputs):
        table.add_row(f"  input {index}", *row(result), end_section=result is verdict.inputs[-1])


def main() -> int:
    """Show the table, then every refusal in full; 1 if a verdict is not the expected one."""
    console = Console(width=130 if not sys.stdout.isatty() else None)
    cases = [json.loads(line) for line in DEMO.read_text(encoding="utf-8").splitlines()]
    start = perf_counter()
    verdicts = [
        verify(bytes.fromhex(case["tx"]), bytes.fromhex(case["source_outputs"]), all_inputs=True)
        for case in cases
    ]
    seconds = perf_counter() - start
    table = Table(title=f"{len(cases)} transactions under {BCH_2026}")
    table.add_column("transaction", ratio=1)
    for name in ("verdict", "op cost", "of limit", "hashes", "of limit", "sigchecks", "steps"):
        table.add_column(name, justify="left" if name == "verdict" else "right", no_wrap=True)
    for case, verdict in zip(cases, verdicts, strict=True):
        add_transaction(table, case["id"], verdict)
    console.print(table)
    for case, verdict in zip(cases, verdicts, strict=True):
        if not verdict.ok:
            console.print(f"\n[bold]{case['id']}[/]\n  {verdict.error}", highlight=False)
    inputs = sum(len(verdict.inputs) for verdict in verdicts)
    console.print(f"\n{inputs} inputs verified in {1000 * seconds:.1f} ms.")
    reasons = [verdict.error.reason if verdict.error else None for verdict in verdicts]
    return int(reasons != [case["expected"] for case in cases])


if __name__ == "__main__":
    sys.exit(main())
