"""Calling a function with many arguments, in worker processes that end with their parent.

Workers are new interpreters, not forks: a process with threads cannot be forked safely, and a
script that calls this needs no `if __name__ == "__main__"`.
"""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, TypeVar

from ..errors import BchcovError, WorkerLost
from .signals import Stopped, pass_on, signals_held_back, stopped_by

__all__ = ["as_done", "in_order"]

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

# Workers take over the module search path, which may contain a checkout or a caller's folder.
_WORKER_PROGRAM = (
    "import sys; sys.path[:] = sys.argv[1:];from bchcov.processes.worker import work; work()"
)
# Tasks given to each worker at a time: the next one starts without a delay.
_TASKS_PER_WORKER = 2
# Unfinished tasks and waiting results per worker; bounds the memory for endless input.
_AHEAD_PER_WORKER = 4
_POLL_SECONDS = 0.5


class _Worker:
    """A worker process; a thread listens to its answers and puts them into `notices`."""

    def __init__(self, beginning: bytes, notices: SimpleQueue[tuple[_Worker, Any]]) -> None:
        self.under_way = 0
        self._notices = notices
        self._is_wanted = True
        with signals_held_back():
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _WORKER_PROGRAM, *sys.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._write(beginning)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        try:
            while True:
                self._notices.put((self, pickle.load(self._process.stdout)))
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            status = self._process.wait()
            self._notices.put((self, None))
            if self._is_wanted:
                pass_on(-status)

    def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        # If the pipe is broken, the worker has ended, and its listener reports that.
        with suppress(OSError):
            self._process.stdin.write(data)
            self._process.stdin.flush()

    def give(self, task: tuple[int, object]) -> None:
        """Send a task, a number and an argument, to the worker."""
        self.under_way += 1
        self._write(pickle.dumps(task, pickle.HIGHEST_PROTOCOL))

    def lost(self) -> BaseException:
        """Return the exception that describes how the worker ended."""
        status = self._process.wait()
        if -status in (signal.SIGINT, signal.SIGTERM):
            return stopped_by(-status)
        how = f"by signal {-status}" if status < 0 else f"with status {status}"
        return WorkerLost(f"a worker process ended {how} before its work was done")

    def end(self) -> None:
        """Kill the worker."""
        self._is_wanted = False
        self._process.kill()

    def wait(self) -> None:
        """Wait until the worker has ended, and close its streams."""
        self._listener.join()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with suppress(OSError):
                stream.close()


class _Team:
    """The workers of one call; results come in any order."""

    def __init__(self, function: Callable[[Any], Any], jobs: int) -> None:
        self._beginning = pickle.dumps(function)
        self._jobs = jobs
        self._notices: SimpleQueue[tuple[_Worker, Any]] = SimpleQueue()
        self._workers: list[_Worker] = []
        self.under_way = 0

    def __enter__(self) -> _Team:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            worker.end()
        for worker in self._workers:
            worker.wait()

    def give(self, number: int, argument: object) -> None:
        """Give a task to the least busy worker, after starting one if there are too few."""
        if len(self._workers) < self._jobs:
            self._workers.append(_Worker(self._beginning, self._notices))
        self.under_way += 1
        min(self._workers, key=lambda worker: worker.under_way).give((number, argument))

    def take(self) -> tuple[int, Any]:
        """Wait for the next result."""
        while True:
            try:
                # With a time-out: on some systems signals do not interrupt an endless wait.
                return self._read(*self._notices.get(timeout=_POLL_SECONDS))
            except Empty:
                pass

    def take_available(self) -> Iterator[tuple[int, Any]]:
        """Yield the results that are available without waiting."""
        while True:
            try:
                notice = self._notices.get_nowait()
            except Empty:
                return
            yield self._read(*notice)

    def _read(
        self, worker: _Worker, answer: tuple[int, Any, BchcovError | None] | None
    ) -> tuple[int, Any]:
        if answer is None:
            raise worker.lost()
        worker.under_way -= 1
        self.under_way -= 1
        number, result, error = answer
        if error is not None:
            raise error
        return number, result


def as_done(
    function: Callable[[_Task], _Result], tasks: Iterable[_Task], *, jobs: int
) -> Generator[tuple[int, _Result], None, None]:
    """Yield the number of each task, from 0, and its result, in the order of completion.

    `function` must be importable from a module; it, tasks and results are pickled. Raises
    BchcovErrors of the function, WorkerLost if a worker ends early, and Stopped if SIGINT or
    SIGTERM ended it. The workers end with the iterator, and with this process in any case.
    """
    with _Team(function, jobs) as team:
        for number, task in enumerate(tasks):
            team.give(number, task)
            while team.under_way >= jobs:
                yield team.take()
        while team.under_way:
            yield team.take()


def in_order(
    function: Callable[[_Task], _Result], tasks: Iterable[_Task], *, jobs: int
) -> Generator[_Result, None, None]:
    """Yield the result of each task in the order of the tasks, which are consumed lazily.

    Arguments and errors are those of `as_done`. If the wait is stopped by a signal, the results
    that are complete in order are still yielded before Stopped is raised.
    """
    with _Team(function, jobs) as team:
        done: dict[int, _Result] = {}
        given = taken = 0
        most_under_way, most_ahead = _TASKS_PER_WORKER * jobs, _AHEAD_PER_WORKER * jobs

        def following() -> Iterator[_Result]:
            nonlocal taken
            while taken in done:
                yield done.pop(taken)
                taken += 1

        try:
            for task in tasks:
                team.give(given, task)
                given += 1
                while team.under_way >= most_under_way or given - taken > most_ahead:
                    number, result = team.take()
                    done[number] = result
                    yield from following()
                done.update(team.take_available())
                yield from following()
            while team.under_way:
                number, result = team.take()
                done[number] = result
                yield from following()
        except Stopped:
            with suppress(BchcovError, Stopped):
                done.update(team.take_available())
            yield from following()
            raise
