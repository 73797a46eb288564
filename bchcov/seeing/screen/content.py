"""What the panes of the screen hold: lines of text with marks, of where the debugger stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...encoding.printable import printable
from ..debug_view import item_text, shown_alt_stack, shown_stack, source_lines, watch_lines
from ..debugger import Debugger
from ..listing import instructions_of, short_text

__all__ = ["Content", "Pane"]

_MOST_SOURCE = 100_000


@dataclass(frozen=True, slots=True)
class Pane:
    """The lines of a pane; `marks` says of some what they are: "here", "fails", "never".

    `at` is the line to be seen, -1 if none is.
    """

    title: str
    lines: Sequence[str] = ()
    marks: Mapping[int, str] = field(default_factory=dict)
    at: int = -1


@dataclass(slots=True)
class Content:
    """Makes the panes of a debugger; what stays the same from step to step is made once."""

    debugger: Debugger
    _scripts: dict[bytes, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    _first: dict[bytes, dict[int, int]] = field(default_factory=dict)

    def script(self) -> Pane:
        """Return the running script: each instruction with its byte, a star where it stops."""
        step = self.debugger.step
        if step is None:
            return self._last_script()
        stops = self._stops(step.code)
        lines, marks, at = [], {}, -1
        for number, (offset, text) in enumerate(self._told(step.code)):
            is_here = offset == step.offset
            mark = self._mark() if is_here else " "
            lines.append(f"{mark}{'*' if offset in stops else ' '}{offset:>5}  {text}")
            if is_here:
                at = number
                marks[number] = (
                    "fails" if self.debugger.is_failing else "here" if step.executed else "never"
                )
        functions = f", in {len(step.calls)} functions" if len(step.calls) > 1 else ""
        inside = ", in a function" if len(step.calls) == 1 else functions
        return Pane(f"Script: {step.phase} bytecode{inside}", lines, marks, at)

    def _last_script(self) -> Pane:
        """Return the script that ran last, at the end."""
        steps = self.debugger.trace.steps
        if not steps:
            return Pane("Script")
        told = self._told(steps[-1].code)
        lines = [f"  {offset:>5}  {text}" for offset, text in told]
        return Pane("Script, at its end", lines, at=len(lines) - 1)

    def offset(self, line: int) -> int | None:
        """Return the byte of an instruction in the pane of the script."""
        step = self.debugger.step
        told = () if step is None else self._told(step.code)
        return told[line][0] if 0 <= line < len(told) else None

    def source(self) -> Pane:
        """Return the source of the running script; without lines where it is not known."""
        lines, marks, at = [], {}, -1
        for number, each in enumerate(source_lines(self.debugger, lines=_MOST_SOURCE)):
            if each.is_marked:
                at = number
                marks[number] = "fails" if self.debugger.is_failing else "here"
            lines.append(
                printable(f"{self._mark() if each.is_marked else ' '}{each.number:>5}  {each.text}")
            )
        return Pane("Source", lines, marks, at)

    def _mark(self) -> str:
        return "!" if self.debugger.is_failing else ">"

    def stack(self) -> Pane:
        """Return the stack, the top first."""
        items = list(map(item_text, range(1_000), shown_stack(self.debugger)))
        more = len(self.debugger.stack) - len(items)
        return Pane("Stack, the top first", [*items, f"and {more} more"] if more else items)

    def alt_stack(self) -> Pane:
        """Return the alternate stack, the top first."""
        items = shown_alt_stack(self.debugger)
        return Pane("Alternate stack", list(map(item_text, range(1_000), items)))

    def watches(self) -> Pane:
        """Return the watch list and the breakpoints."""
        lines = list(watch_lines(self.debugger))
        for number, each in enumerate(self.debugger.breakpoints, 1):
            lines.append(printable(f"break {number}  {each.text}"))
        return Pane("Watches and breakpoints", lines)

    def _told(self, code: bytes) -> tuple[tuple[int, str], ...]:
        if code not in self._scripts:
            names = self.debugger.names
            self._scripts[code] = tuple(
                (offset, printable(short_text(text, names)))
                for offset, text in instructions_of(code, self.debugger.spending.rules)
            )
        return self._scripts[code]

    def _stops(self, code: bytes) -> set[int]:
        """Return the bytes at which there is a breakpoint; conditions have no place."""
        places = [each for each in self.debugger.breakpoints if each.is_place]
        if not places:
            return set()
        steps = self.debugger.trace.steps
        if not self._first:
            for number in range(len(steps)):
                script, offset = steps.place(number)
                self._first.setdefault(script, {}).setdefault(offset, number)
        return {
            offset
            for offset, number in self._first.get(code, {}).items()
            if any(each.matches(steps, number) for each in places)
        }
