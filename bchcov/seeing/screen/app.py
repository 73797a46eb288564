"""The program on the full screen: panes of where the debugger stands, and a line for commands."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from typing import ClassVar

from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer, Input, Label

from ..debug_commands import run_command
from ..debug_view import where_line
from ..debugger import Debugger
from .content import Content, Pane
from .lines import Lines

__all__ = ["DebugScreen"]

_MOST_HISTORY = 1_000
_ANSWER = "Answer: Page Up and Page Down scroll, Escape closes"
_WELCOME = (
    "help lists the commands. Tab goes to the panes: Enter there sets a breakpoint in the"
    " script, and goes to where an item of the stack was made."
)


class DebugScreen(App[int]):
    """Shows a debugger, and carries out what is typed; it returns the number of a signal, or 0."""

    CSS_PATH = "screen.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-wide")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "command('fail')", "to fail"),
        Binding("f5", "command('continue')", "continue"),
        Binding("f6", "command('reverse')", "reverse"),
        Binding("f7", "command('back')", "back"),
        Binding("f8", "command('step')", "step"),
        Binding("f9", "command('over')", "over"),
        Binding("f10", "command('out')", "out"),
        Binding("ctrl+d", "end(0)", "quit", priority=True),
        Binding("ctrl+q", "end(0)", show=False, priority=True),
        Binding("ctrl+c", f"end({int(signal.SIGINT)})", show=False, priority=True),
        Binding("up", "recall(-1)", show=False),
        Binding("down", "recall(1)", show=False),
        Binding("escape", "rest", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
    ]

    def __init__(self, debugger: Debugger) -> None:
        # Native colours, which NO_COLOR takes out altogether.
        super().__init__(ansi_color=True)
        self.theme = "ansi-dark"
        self.title = "bchcov debug"
        self.animation_level = "none"
        self._debugger = debugger
        self._content = Content(debugger)
        self._history: list[str] = []
        self._recalled = 0

    def compose(self) -> ComposeResult:
        """Make the panes."""
        yield Lines("where")
        with Horizontal(id="panes"):
            with Vertical(id="code"):
                yield Lines("source")
                yield Lines("script")
            with Vertical(id="state"):
                yield Lines("stack")
                yield Lines("alt")
                yield Lines("watches")
        yield Lines("reply")
        with Horizontal(id="line"):
            yield Label("debug>", id="prompt")
            yield Input(id="command", compact=True, select_on_focus=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin: show the state, and let signals end the program with the terminal restored."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.exit, int(number))
        self.query_one("#where").can_focus = False
        self.query_one(Input).focus()
        self._reply([_WELCOME])
        self._show()

    def action_end(self, number: int) -> None:
        """End the program as a signal does, 0 as `quit`."""
        self.exit(number)

    def action_command(self, line: str) -> None:
        """Carry out a command."""
        self._run(line)

    def action_rest(self) -> None:
        """Go back to the line of commands, and put away what was answered."""
        self.query_one(Input).focus()
        self._reply([])

    def action_page(self, pages: int) -> None:
        """Turn the pages of what was answered."""
        reply = self.query_one("#reply", Lines)
        reply.scroll_relative(y=pages * max(1, reply.size.height - 2), animate=False)

    def action_recall(self, by: int) -> None:
        """Take a line that was typed before."""
        self._recalled = max(0, min(self._recalled + by, len(self._history)))
        line = self.query_one(Input)
        line.value = [*self._history, ""][self._recalled]
        line.cursor_position = len(line.value)

    @on(Input.Submitted)
    def take_line(self, event: Input.Submitted) -> None:
        """Carry out the line that was typed."""
        line = event.value
        event.input.clear()
        if line.strip():
            self._history = [*self._history[-_MOST_HISTORY:], line]
        self._recalled = len(self._history)
        self._run(line)

    @on(Lines.Chosen, "#stack")
    def jump_to_maker(self, event: Lines.Chosen) -> None:
        """Go to where an item was made."""
        self._run(f"made {event.line}")

    @on(Lines.Chosen, "#script")
    def toggle_breakpoint(self, event: Lines.Chosen) -> None:
        """Set a breakpoint at an instruction, or remove it."""
        step, offset = self._debugger.step, self._content.offset(event.line)
        if step is None or offset is None:
            return
        text = f"{offset}" if step.calls else f"{step.phase}:{offset}"
        for number, each in enumerate(self._debugger.breakpoints, 1):
            if each.text == text:
                self._run(f"delete {number}")
                return
        self._run(f"break {text}")

    def on_key(self, event: events.Key) -> None:
        """Let what is typed anywhere go into the line of commands."""
        line = self.query_one(Input)
        if event.is_printable and event.character and not line.has_focus:
            line.focus()
            line.insert_text_at_cursor(event.character)
            event.stop()

    def _run(self, line: str) -> None:
        reply = run_command(self._debugger, line)
        if reply.is_end:
            self.exit(0)
            return
        # What moved is seen in the panes.
        self._reply([reply.note] if reply.note else [] if reply.has_moved else reply.lines)
        self._show()

    def _reply(self, lines: list[str] | tuple[str, ...]) -> None:
        reply = self.query_one("#reply", Lines)
        reply.show(Pane(_ANSWER if len(lines) > 2 else "Answer", lines))
        reply.display = bool(lines)

    def _show(self) -> None:
        for name, pane in self._panes():
            place = self.query_one(f"#{name}", Lines)
            place.show(pane)
            place.display = bool(pane.lines) or name in ("script", "stack")

    def _panes(self) -> Iterator[tuple[str, Pane]]:
        spending = self._debugger.spending
        title = f"input {self._debugger.index} of {spending.txid}"
        yield "where", Pane(title, [where_line(self._debugger)])
        yield "source", self._content.source()
        yield "script", self._content.script()
        yield "stack", self._content.stack()
        yield "alt", self._content.alt_stack()
        yield "watches", self._content.watches()
