"""A pane of the screen: lines of text that are wrapped, scrolled, and chosen by key or mouse."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ...encoding.printable import printable
from .content import Pane

__all__ = ["Lines"]

_INDENT = "        "


class Lines(ScrollView, can_focus=True):
    """Shows a pane. Text is text here: nothing in it is markup or moves the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", show=False),
        Binding("down", "choose(1)", show=False),
        Binding("enter", "take", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "lines--here",
        "lines--fails",
        "lines--never",
        "lines--chosen",
    }

    @dataclass
    class Chosen(Message):
        """A line was chosen."""

        pane: Lines
        line: int

        @property
        def control(self) -> Lines:
            """The pane."""
            return self.pane

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self._texts: Sequence[str] = ()
        self._marked: Mapping[int, str] = {}
        self._drawn: list[tuple[int, str]] = []
        self._wrapped_to = -1
        self._seen = -1
        self._choice = 0

    def show(self, pane: Pane) -> None:
        """Show other lines, and scroll to the one that is to be seen."""
        self.border_title = pane.title
        self._texts = tuple(map(printable, pane.lines))
        self._marked, self._seen = pane.marks, pane.at
        self._choice = max(0, min(pane.at if pane.at >= 0 else 0, len(pane.lines) - 1))
        self._wrap_lines(self.scrollable_content_region.width)
        if pane.at >= 0:
            self._look_at(pane.at)
        else:
            self.scroll_to(y=0, animate=False)

    @property
    def text(self) -> str:
        """The lines as text."""
        return "\n".join(self._texts)

    def _wrap_lines(self, width: int) -> None:
        self._wrapped_to = width
        rows = []
        for number, line in enumerate(self._texts):
            rows += [(number, part) for part in _wrapped(line, width)]
        self._drawn = rows
        self.virtual_size = Size(width, len(rows))
        self.refresh(layout=self.styles.is_auto_height)

    def _row_of(self, line: int) -> int:
        return bisect_left(self._drawn, (line, ""))

    def _look_at(self, line: int) -> None:
        row, height = self._row_of(line), self.scrollable_content_region.height
        after = self._row_of(line + 1) - row
        # A line that has moved a little is followed without the pane jumping.
        spare = min(3, max(0, (height - after) // 2))
        region = Region(0, max(0, row - spare), 1, after + 2 * spare)
        self.scroll_to_region(region, animate=False, force=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Return the rows that a pane takes which is as high as what it holds."""
        if width != self._wrapped_to:
            return sum(len(_wrapped(line, width)) for line in self._texts)
        return len(self._drawn)

    def on_resize(self, _event: events.Resize) -> None:
        """Wrap the lines anew."""
        self._wrap_lines(self.scrollable_content_region.width)
        if self._seen >= 0:
            self._look_at(self._seen)

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        width = self.scrollable_content_region.width
        if width != self._wrapped_to:
            self._wrap_lines(width)
        row = y + self.scroll_offset.y
        if row >= len(self._drawn):
            return Strip.blank(width, self.rich_style)
        number, text = self._drawn[row]
        return Strip([Segment(text, self._style_of(number))]).adjust_cell_length(
            width, self._style_of(number)
        )

    def _style_of(self, number: int) -> Style:
        style = self.rich_style
        if mark := self._marked.get(number):
            style += self.get_component_rich_style(f"lines--{mark}")
        if self.has_focus and number == self._choice:
            style += self.get_component_rich_style("lines--chosen", partial=True)
        return style

    def action_choose(self, by: int) -> None:
        """Move the choice."""
        self._choice = max(0, min(self._choice + by, len(self._texts) - 1))
        self._look_at(self._choice)
        self.refresh()

    def action_take(self) -> None:
        """Take the line that is chosen."""
        if self._texts:
            self.post_message(self.Chosen(self, self._choice))

    def on_click(self, event: events.Click) -> None:
        """Choose a line; twice takes it."""
        offset = event.get_content_offset(self)
        row = -1 if offset is None else offset.y + self.scroll_offset.y
        if 0 <= row < len(self._drawn):
            self._choice = self._drawn[row][0]
            self.refresh()
            if event.chain == 2:
                self.action_take()


def _wrapped(line: str, width: int) -> list[str]:
    """Cut a line into rows, at spaces where there are some; all but the first are indented."""
    if width <= 0 or cell_len(line) <= width:
        return [line]
    parts: list[str] = []
    rest = line
    while cell_len(rest) > width:
        piece = chop_cells(rest, width)[0] or rest[0]
        space = piece.rfind(" ")
        if space > len(piece) // 2 and len(rest) > len(piece) and rest[len(piece)] != " ":
            piece = piece[:space]
        parts.append(piece)
        indent = _INDENT if width > 2 * len(_INDENT) else ""
        rest = indent + rest[len(piece) :].lstrip(" ")
    return [*parts, rest]
