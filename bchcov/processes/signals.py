"""SIGINT and SIGTERM as an exception, so that a stopped run can still report its results."""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

__all__ = ["Stopped", "pass_on", "signals_held_back", "stoppable", "stopped_by"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# The time to report in; a blocked output or call does not keep the process alive longer.
_GRACE_SECONDS = 1.2
_SOON_SECONDS = 0.02


class Stopped(KeyboardInterrupt):
    """A signal stopped the run; `number` is the signal's number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        return f"stopped by {signal.Signals(self.number).name}"

    @property
    def status(self) -> int:
        """The exit status that shells use for the signal: 130 or 143."""
        return 128 + self.number


class _Watch:
    """The state of one `stoppable`: the signal that has come, and whether the block has ended."""

    def __init__(self) -> None:
        self.number = 0
        self.is_over = False

    def stop(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal: raise Stopped for the first, ignore later ones."""
        if self.number:
            return
        self.note(number)
        raise Stopped(number)

    def note(self, number: int) -> None:
        """Record a signal, so that later ones are ignored."""
        self.number = number
        # Starting a `Thread` would take locks that the interrupted code may hold.
        _thread.start_new_thread(self._end_for_certain, (number,))

    def _end_for_certain(self, number: int) -> None:
        time.sleep(_GRACE_SECONDS)
        if not self.is_over:
            os._exit(128 + number)

    def send_again(self) -> None:
        """Send the signal again: the exception was raised where Python ignores exceptions."""
        number, self.number = self.number, 0
        _thread.start_new_thread(self._send_soon, (number,))

    def _send_soon(self, number: int) -> None:
        time.sleep(_SOON_SECONDS)
        if not self.is_over:
            _to_main_thread(number)


_watch: _Watch | None = None


def _to_main_thread(number: int) -> None:
    ident = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and ident is not None:
        # This also interrupts a read of the main thread.
        signal.pthread_kill(ident, number)
    else:
        _thread.interrupt_main(signal.Signals(number))


def pass_on(number: int) -> None:
    """Send the signal that ended a worker to this process, if it is in `stoppable`."""
    watch = _watch
    if watch is not None and not watch.number and not watch.is_over and number in _SIGNALS:
        _to_main_thread(number)


def stopped_by(number: int) -> Stopped:
    """Return the exception for a signal that ended a worker, and ignore later signals."""
    watch = _watch
    if watch is not None and not watch.number and not watch.is_over:
        watch.note(number)
    return Stopped(number)


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise Stopped in the main thread on the first SIGINT or SIGTERM, and ignore later ones.

    If the block has not ended 1.2 seconds later, the process ends with the status of the signal.
    A signal that was ignored before stays ignored. In other threads this has no effect.
    """
    global _watch
    if threading.current_thread() is not threading.main_thread() or _watch is not None:
        yield
        return
    watch = _Watch()
    report = sys.unraisablehook

    def handle_unraisable(unraisable: Any) -> None:
        if isinstance(unraisable.exc_value, Stopped):
            watch.send_again()
        else:
            report(unraisable)

    before = {
        number: handler
        for number in _SIGNALS
        if (handler := signal.getsignal(number)) is not signal.SIG_IGN
    }
    _watch = watch
    sys.unraisablehook = handle_unraisable
    try:
        for number in before:
            signal.signal(number, watch.stop)
        yield
    finally:
        watch.is_over = True
        for number, handler in before.items():
            signal.signal(number, handler)
        sys.unraisablehook = report
        _watch = None


@contextmanager
def signals_held_back() -> Iterator[None]:
    """Block SIGINT and SIGTERM, also in processes that are started in the block."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
