"""A worker: a process that answers the tasks of its parent, and does not outlive it."""

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
    """End without a word, also while the modules of the work are still being imported."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))


def _listen(stream: IO[bytes], tasks: SimpleQueue[Any]) -> None:
    """Take in tasks; the stream ends with the parent, however it ended."""
    try:
        while True:
            tasks.put(pickle.load(stream))
    except (EOFError, OSError, pickle.UnpicklingError):
        os._exit(0)


def _own_output() -> IO[bytes]:
    """Standard output for answers alone: what else is printed goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    try:
        os.dup2(2, 1)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return answers


def work() -> NoReturn:
    """Answer tasks: read the function, then pairs of a number and an argument, until the end.

    An error of ours is an answer. Any other is a fault and ends the process.
    """
    _end_by_signals()
    answers = _own_output()
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
