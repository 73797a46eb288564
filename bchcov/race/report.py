"""Plots of a comparison: PNG files, and one HTML page that includes them all."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from typing import Any

from ..errors import MissingExtra
from .compare import Row
from .settings import POOLS, Settings

__all__ = ["draw", "page"]

_PLOTS = {
    "contention": ("conflicts_per_user", "conflicts per user"),
    "waiting": ("wait_90", "blocks waited, 90th percentile"),
    "miners-take": ("miner_take", "profit of the miner, satoshis, all seeds"),
    "throughput": ("throughput", "orders executed per block"),
}
_AXES = {
    "users": "users",
    "arrivals_per_block": "arrivals per block",
    "delay": "network delay, seconds",
    "batch": "most orders per batch",
}


def draw(rows: Sequence[Row], *, swept: str = "users") -> dict[str, bytes]:
    """Draw PNGs of contention, waiting, the miner's profit and throughput, by file name.

    Raises MissingExtra if matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtra("plots need matplotlib", "plots") from None
    drawn = {}
    for name, (column, title) in _PLOTS.items():
        figure = Figure(figsize=(6.4, 4.0), dpi=120, layout="constrained")
        FigureCanvasAgg(figure)
        axes: Any = figure.subplots()
        single = len({row.value for row in rows}) == 1
        for pool in POOLS:
            mine = [row for row in rows if row.pool == pool]
            if not mine:
                continue
            heights = [getattr(row, column) for row in mine]
            if single:
                axes.bar([pool], heights, width=0.5)
            else:
                axes.plot([row.value for row in mine], heights, marker="o", label=pool)
        if not single:
            axes.set_xlabel(_AXES[swept])
            axes.legend()
        if column == "miner_take":
            axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.set_title(title)
        axes.grid(visible=True, axis="y", alpha=0.3)
        file = io.BytesIO()
        # Without date and version, the same numbers give the same bytes.
        figure.savefig(file, format="png", metadata={"Software": None})
        drawn[name] = file.getvalue()
    return drawn


def page(
    rows: Sequence[Row], plots: dict[str, bytes], settings: Settings, *, swept: str = "users"
) -> str:
    """Return one self-contained page: the settings, the table, and the plots."""
    names = list(rows[0].as_dict()) if rows else []
    heads = "".join(
        f"<th>{html.escape((swept if each == 'value' else each).replace('_', ' '))}</th>"
        for each in names
    )
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(each)}</td>" for each in row.as_dict().values()) + "</tr>\n"
        for row in rows
    )
    images = "\n".join(
        f'<img alt="{html.escape(_PLOTS[name][1])}"'
        f' src="data:image/png;base64,{base64.b64encode(png).decode()}">'
        for name, png in plots.items()
    )
    run_with = ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in settings.as_dict().items()
    )
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>SequencedAMM: a race on three pools</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 72em; margin: 2em auto; padding: 0 1em }}
div {{ overflow-x: auto }}
table {{ border-collapse: collapse; font-size: 13px }}
th, td {{ padding: .2em .6em; border-bottom: 1px solid #ccc; text-align: right }}
th:first-child, td:first-child {{ text-align: left }}
img {{ max-width: 48%; margin: .5em }}
</style>
<h1>A race on three pools</h1>
<p>The same users, blocks and miner on a plain pool (cpmm) and on both profiles of SequencedAMM,
every transaction verified by the script engine. Amounts are in satoshis, waits in blocks, sizes
in bytes.</p>
<p>{html.escape(run_with)}</p>
{images}
<div><table>
<tr>{heads}</tr>
{body}</table></div>
</html>
"""


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1_000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else html.escape(str(value))
