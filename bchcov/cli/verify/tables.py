"""Answers of `bchcov verify` as tables."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from ..terminal.console import outside

__all__ = ["verdict_table"]


def _share(used: int, limit: int | None) -> str:
    return "-" if not limit else f"{100 * used / limit:.1f} %"


def _verdict(ok: bool, reason: str | None) -> Text:
    return Text("valid", "green") if ok else outside(reason or "refused", "red")


def _title(answer: dict[str, Any], name: str) -> Text:
    title = outside(name, "bold")
    if "draft" in answer:
        title.append_text(outside(f" (draft {answer['draft']})", "yellow"))
    error = answer["error"]
    if error is None:
        return Text.assemble(title, "  ", ("valid", "green"))
    where = "" if error["input"] is None else f", input {error['input']}"
    detail = f": {error['detail']}" if error["detail"] else ""
    reason = outside(error["reason"] + detail)
    return Text.assemble(
        title, "  ", ("refused", "red"), f" by check {error['check']}{where}: ", reason
    )


def verdict_table(answer: dict[str, Any], *, name: str) -> Table:
    """Lay out one answer of `judge_line`: the verdict as title, a row for each input run."""
    title = _title(answer, name)
    table = Table(
        title=title, title_justify="left", title_style="", box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1)
    )
    table.add_column("input", justify="right")
    table.add_column("verdict")
    for heading in ("operation cost", "of limit", "hash iterations", "of limit"):
        table.add_column(heading, justify="right")
    table.add_column("signature checks", justify="right")
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
