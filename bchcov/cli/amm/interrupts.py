"""Ctrl-C in a session: it ends the running command and leaves the chain unchanged."""

from __future__ import annotations

import signal
import threading
from types import TracebackType
from typing import Any

from ...simulator import Answer, Session

__all__ = ["Interrupts"]


class Interrupts:
    """A context in which Ctrl-C interrupts the session's command instead of raising within it.

    Between commands it raises KeyboardInterrupt, unless `always` is set: for a prompt, which
    handles Ctrl-C itself. `came` says whether it was pressed.
    """

    def __init__(self, session: Session, *, always: bool = False) -> None:
        self._session = session
        self._always = always
        self._is_running = False
        self._before: Any = None
        self.came = False

    def _handle(self, _number: int, _frame: object) -> None:
        self.came = True
        if not self._is_running and not self._always:
            raise KeyboardInterrupt
        self._session.interrupt()

    def run(self, line: str) -> Answer:
        """Run a command."""
        self._is_running = True
        try:
            return self._session.run(line)
        finally:
            self._is_running = False

    def __enter__(self) -> Interrupts:
        # Python lets only the main thread handle signals.
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
