"""A session with the debugger: on the full screen of a terminal, or on plain lines."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence

from ..chain.submission import Submission
from ..contract.contract import Contract
from ..encoding.expected import kind_of
from ..errors import EncodeError
from ..wallet.built import BuiltTransaction
from .debug_commands import run_command
from .debug_view import state_lines
from .debugger import Debugger
from .spending import Spending, see_built, see_submission

__all__ = ["as_spending", "debug", "open_debugger"]

# On a smaller screen there is no room for panes.
_MIN_COLUMNS = 40
_MIN_LINES = 14


def as_spending(
    made: Spending | BuiltTransaction | Submission,
    *,
    contracts: Sequence[Contract] = (),
    known: Mapping[str, bytes] | None = None,
) -> Spending:
    """Take what a builder built, what a chain has judged, or what is to be seen already.

    Raises EncodeError for anything else, and as `see_submission`.
    """
    if isinstance(made, Spending):
        return made
    if isinstance(made, BuiltTransaction):
        return see_built(made, contracts=contracts, known=known)
    if isinstance(made, Submission):
        return see_submission(made, contracts=contracts, known=known)
    raise EncodeError(
        f"expected a Spending, a BuiltTransaction or a Submission, not {kind_of(made)}"
    )


def debug(
    spending: Spending | BuiltTransaction | Submission,
    index: int | None = None,
    *,
    contracts: Sequence[Contract] = (),
    known: Mapping[str, bytes] | None = None,
    stops: Sequence[str] = (),
    watches: Sequence[str] = (),
    is_plain: bool = False,
) -> None:
    """Open the debugger at the terminal, and return when it is left.

    `index` is the input, without it the one that is refused or else the first; `stops` and
    `watches` are breakpoints and expressions as the commands take them. `is_plain`: on lines of
    text, as also where there is no terminal for a full screen. Raises CommandError for a
    breakpoint or a watch that is none, and EncodeError for what is no spending.
    """
    seen = as_spending(spending, contracts=contracts, known=known)
    debugger = Debugger(seen, seen.telling_input if index is None else index)
    for text in stops:
        debugger.add_breakpoint(text)
    for text in watches:
        debugger.watch(text)
    open_debugger(debugger, is_plain=is_plain)


def open_debugger(debugger: Debugger, *, is_plain: bool = False) -> None:
    """Open a debugger where it stands; see `debug`."""
    if is_plain or not _has_screen():
        _on_lines(debugger)
        return
    from .screen.app import DebugScreen

    before = {each: signal.getsignal(each) for each in _SIGNALS}
    try:
        screen = DebugScreen(debugger)
        number = screen.run()
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    if number or screen.return_code:
        sys.exit(128 + number if number else screen.return_code)


_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP, signal.SIGCONT)


def _has_screen() -> bool:
    """Whether the standard streams are a terminal on which a full screen can be drawn."""
    streams = (sys.__stdin__, sys.__stdout__, sys.__stderr__)
    if not all(each is not None and not each.closed and each.isatty() for each in streams):
        return False
    # Somebody has put other streams in their place, as tests do.
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    size = shutil.get_terminal_size()
    encoding = (getattr(sys.__stderr__, "encoding", "") or "").lower()
    return (
        os.environ.get("TERM", "dumb") not in ("", "dumb", "unknown")
        and encoding.replace("-", "") == "utf8"
        and size.columns >= _MIN_COLUMNS
        and size.lines >= _MIN_LINES
        and threading.current_thread() is threading.main_thread()
    )


def _on_lines(debugger: Debugger) -> None:
    """Answer lines of standard input until it ends, or `quit`."""
    _print(state_lines(debugger))
    is_terminal = sys.stdin.isatty()
    if is_terminal:
        _print(("help lists the commands, quit ends.",))
    while True:
        if is_terminal:
            sys.stdout.write("debug> ")
            sys.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            return
        reply = run_command(debugger, line)
        _print(reply.lines)
        if reply.is_end:
            return


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()
