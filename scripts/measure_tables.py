"""The tables that the pages of contracts show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bchcov import BuiltTransaction, InputResult

COSTS = ("transaction", "bytes", "op cost", "of its limit", "hashing")


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int | None = None) -> str:
    """A table in Markdown; the columns after the first are numbers, or `numbers` of them."""
    right = len(head) - 1 if numbers is None else numbers
    rule = "|" + "---|" + "---:|" * right + "---|" * (len(head) - 1 - right)
    lines = [f"| {' | '.join(head)} |", rule]
    return "\n".join([*lines, *(f"| {' | '.join(each)} |" for each in rows)])


def row(what: str, built: BuiltTransaction) -> list[str]:
    """A transaction: its bytes, and the input that used most of its budget."""
    assert built.verdict is not None
    most = max(
        built.verdict.inputs,
        key=lambda each: each.metrics.op_cost / (each.metrics.op_cost_limit or 1),
    )
    return [what, f"{built.size:,}", *costs(most)]


def costs(result: InputResult) -> list[str]:
    """The operation cost of an input, and the shares of its limits."""
    metrics = result.metrics
    limit, hashes = metrics.op_cost_limit or 1, metrics.hash_iterations_limit or 1
    return [
        f"{metrics.op_cost:,}",
        f"{100 * metrics.op_cost / limit:.0f} %",
        f"{100 * metrics.hash_iterations / hashes:.0f} %",
    ]
