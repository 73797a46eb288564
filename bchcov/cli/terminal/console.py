"""Tables on a terminal, wide enough that no figure is cut off."""

from __future__ import annotations

import os

from rich.cells import cell_len
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from ...encoding.printable import printable

__all__ = ["WIDTH_ELSEWHERE", "make_console", "outside", "print_table"]

# Wide enough for every table, for output that does not go to a terminal.
WIDTH_ELSEWHERE = 180
_MIN_WORD = 8


def make_console(*, stderr: bool = False) -> Console:
    """Make a console as wide as the screen or, without one, wide enough for every table."""
    console = Console(stderr=stderr, highlight=False, markup=False)
    if not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = WIDTH_ELSEWHERE
    return console


def outside(text: str, style: str = "") -> Text:
    """Make a cell of text from outside: escaped, and without interpreting markup in it."""
    return Text(printable(text), style)


def _plain(cell: object) -> str:
    return cell.plain if isinstance(cell, Text) else str(cell)


def _widths(column: Column) -> tuple[int, int]:
    """Return a column's minimum and natural width; text may wrap, figures may not."""
    header = [cell_len(word) for word in _plain(column.header).split()]
    cells = [cell_len(_plain(cell)) for cell in column.cells]
    most = max([cell_len(_plain(column.header)), *cells])
    if column.justify == "right":
        return max([*header, *cells]), most
    return min(most, max([*header, _MIN_WORD])), most


def print_table(table: Table, console: Console | None = None) -> None:
    """Print a table; on a screen too narrow for it lines wrap, and nothing is cut off."""
    console = console or make_console()
    _, right, _, left = table.padding
    widths = [_widths(column) for column in table.columns]
    # Each column has its padding and a line to its right, the first one also a line to its left.
    frame = 1 + len(widths) * (left + right + 1)
    spare = max(0, console.width - frame - sum(least for least, _ in widths))
    for column, (least, most) in zip(table.columns, widths, strict=True):
        column.overflow = "fold"
        column.width = min(most, least + spare)
        spare -= column.width - least
    console.width = max(console.width, frame + sum(column.width or 0 for column in table.columns))
    console.print(table)
