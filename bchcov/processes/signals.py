"""The end from outside: SIGINT and SIGTERM as one exception, on which a run can report."""

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
# A report that nobody reads, or a call that nothing interrupts, does not keep a process alive.
_GRACE_SECONDS = 1.2
_SOON_SECONDS = 0.02


class Stopped(KeyboardInterrupt):
    """A signal ended the run; `number` is that of the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        return f"stopped by {signal.Signals(self.number).name}"

    @property
    def status(self) -> int:
        """The exit status by which shells know the signal: 130 or 143."""
        return 128 + self.number


class _Watch:
    """What one `stoppable` knows: whether its signal has come, and whether it is over."""

    def __init__(self) -> None:
        self.number = 0
        self.is_over = False

    def stop(self, number: int, _frame: FrameType | None) -> None:
        if self.number:
            return
        self.note(number)
        raise Stopped(number)

    def note(self, number: int) -> None:
        """Know of a signal: from now on another one raises nothing."""
        self.number = number
        # No Thread: starting one takes locks that the interrupted code may hold.
        _thread.start_new_thread(self._end_for_certain, (number,))

    def _end_for_certain(self, number: int) -> None:
        time.sleep(_GRACE_SECONDS)
        if not self.is_over:
            os._exit(128 + number)

    def again(self) -> None:
        """Raise once more: the exception came where Python passes over exceptions."""
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
        # It ends a read that the main thread waits in, too.
        signal.pthread_kill(ident, number)
    else:
        _thread.interrupt_main(signal.Signals(number))


def pass_on(number: int) -> None:
    """Let a signal that ended a worker end this process as well, if it is `stoppable` now."""
    watch = _watch
    if watch is not None and not watch.number and not watch.is_over and number in _SIGNALS:
        _to_main_thread(number)


def stopped_by(number: int) -> Stopped:
    """The exception for a signal that ended a worker; passed on, it raises nothing more."""
    watch = _watch
    if watch is not None and not watch.number and not watch.is_over:
        watch.note(number)
    return Stopped(number)


@contextmanager
def stoppable() -> Iterator[None]:
    """Within it the first SIGINT or SIGTERM raises Stopped in the main thread; later ones nothing.

    A process that has not left it 1.2 seconds later ends then and there, with the status of
    the signal. A signal that is ignored stays so, and in other threads nothing changes.
    """
    global _watch
    if threading.current_thread() is not threading.main_thread() or _watch is not None:
        yield
        return
    watch = _Watch()
    report = sys.unraisablehook

    def passed_over(unraisable: Any) -> None:
        if isinstance(unraisable.exc_value, Stopped):
            watch.again()
        else:
            report(unraisable)

    before = {
        number: handler
        for number in _SIGNALS
        if (handler := signal.getsignal(number)) is not signal.SIG_IGN
    }
    _watch = watch
    sys.unraisablehook = passed_over
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
    """Hold SIGINT and SIGTERM back; a process that is started within it begins so as well."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
