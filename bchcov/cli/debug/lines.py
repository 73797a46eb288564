"""The debugger on plain lines: for pipes, small terminals and scripts."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ...seeing.debug_commands import run_command
from ...seeing.debug_view import state_lines
from ...seeing.debugger import Debugger

__all__ = ["debug_lines"]


def debug_lines(debugger: Debugger) -> None:
    """Answer lines of standard input until it ends, or `quit`."""
    _show(state_lines(debugger))
    if sys.stdin.isatty():
        _show(("help lists the commands, quit ends.",))
    while True:
        line = _ask()
        if line is None:
            return
        reply = run_command(debugger, line)
        _show(reply.lines)
        if reply.is_end:
            return


def _ask() -> str | None:
    if sys.stdin.isatty():
        sys.stdout.write("debug> ")
        sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        return None
    return line


def _show(lines: tuple[str, ...] | Iterator[str]) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()
