"""Answers of `bchcov verify` as tables for people."""

from __future__ import annotations

from typing import Any

from rich.markup import escape
from rich.table import Table

__all__ = ["verdict_table"]


def _share(used: int, limit: int | None) -> str:
    return "-" if not limit else f"{100 * used / limit:.1f} %"


def _verdict(ok: bool, reason: str | None) -> str:
    return "[green]valid[/]" if ok else f"[red]{escape(reason or 'refused')}[/]"


def _title(answer: dict[str, Any], name: str) -> str:
    error = answer["error"]
    if error is None:
        return f"[bold]{escape(name)}[/]  [green]valid[/]"
    where = "" if error["input"] is None else f", input {error['input']}"
    text = f"[bold]{escape(name)}[/]  [red]refused[/] by check {error['check']}{where}: "
    detail = f": {error['detail']}" if error["detail"] else ""
    return text + escape(error["reason"] + detail)


def verdict_table(answer: dict[str, Any], *, name: str) -> Table:
    """Lay out one answer of `judge_line`: the verdict as the title, a row for each input judged."""
    table = Table(title=_title(answer, name), title_justify="left", title_style="")
    table.add_column("input", justify="right")
    table.add_column("verdict")
    for heading in ("operation cost", "of its budget", "hash iterations", "of its budget"):
        table.add_column(heading, justify="right")
    table.add_column("sigchecks", justify="right")
    table.add_column("instructions", justify="right")
    for index, row in enumerate(answer["inputs"]):
        table.add_row(
            str(index),
            _verdict(row["ok"], row["reason"]),
            f"{row['op_cost']:,}",
            _share(row["op_cost"], row["op_cost_limit"]),
            f"{row['hash_iterations']:,}",
            _share(row["hash_iterations"], row["hash_iterations_limit"]),
            str(row["sig_checks"]),
            f"{row['instructions']:,}",
        )
    return table
