"""Plots of a comparison, as PNG files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from ..errors import MissingExtra
from .compare import Row
from .settings import POOLS
from .words import PLOTS_IN_WORDS, SETTINGS_IN_WORDS

__all__ = ["can_draw", "draw"]

_PLOTS = {
    "contention": "conflicts_per_user",
    "waiting": "wait_90",
    "miners-take": "miner_take",
    "throughput": "throughput",
}
_STYLES = ("-", "--", ":", "-.")


def can_draw() -> bool:
    """Return whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


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
    for name, column in _PLOTS.items():
        figure = Figure(figsize=(6.4, 4.0), dpi=120, layout="constrained")
        FigureCanvasAgg(figure)
        axes: Any = figure.subplots()
        single = len({row.value for row in rows}) == 1
        for pool, style in zip(POOLS, _STYLES, strict=False):
            mine = [row for row in rows if row.pool == pool]
            if not mine:
                continue
            heights = [getattr(row, column) for row in mine]
            if single:
                axes.bar([pool], heights, width=0.5)
            else:
                axes.plot([row.value for row in mine], heights, marker="o", label=pool, ls=style)
        if not single:
            axes.set_xlabel(SETTINGS_IN_WORDS[swept])
            axes.legend()
        if column == "miner_take":
            axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.set_title("\n".join(filter(None, (PLOTS_IN_WORDS[name], rows[0].draft))))
        axes.grid(visible=True, axis="y", alpha=0.3)
        file = io.BytesIO()
        # Without date and version, the same numbers give the same bytes.
        figure.savefig(file, format="png", metadata={"Software": None})
        drawn[name] = file.getvalue()
    return drawn
