"""The worker process: it runs its parent's tasks, and ends when the parent does."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from queue import SimpleQueue
from typing import IO, Any, NoReturn

from ..errors import BchcovError

__all__ = ["work"]


def _end_by_signals() -> None:
    """Let signals end the process silently, even during the import of the function's module."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))


def _listen(stream: IO[bytes], tasks: SimpleQueue[Any]) -> None:
    """Read tasks; the stream ends when the parent does, for whatever reason."""
    try:
        while True:
            tasks.put(pickle.load(stream))
    except (EOFError, OSError, pickle.UnpicklingError):
        os._exit(0)


def _reserve_output() -> IO[bytes]:
    """Return standard output for answers only, and redirect all printing to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    try:
        os.dup2(2, 1)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return answers


def work() -> NoReturn:
    """Read the function, then pairs of a number and an argument, and answer until the end.

    A BchcovError is sent as the answer. Any other exception is a bug and ends the process.
    """
    _end_by_signals()
    answers = _reserve_output()
    stream = sys.stdin.buffer
    tasks: SimpleQueue[Any] = SimpleQueue()
    try:
        function = pickle.load(stream)
    except (EOFError, pickle.UnpicklingError):
        os._exit(0)
    threading.Thread(target=_listen, args=(stream, tasks), daemon=True).start()
    while True:
        number, argument = tasks.get()
        answer: tuple[int, Any, BchcovError | None]
        try:
            answer = number, function(argument), None
        except BchcovError as error:
            answer = number, None, error
        try:
            pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()
        except BrokenPipeError:
            os._exit(0)
