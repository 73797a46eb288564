"""Bounding the time and size of answers over HTTP.

The time-out of bitcash's requests applies to each piece of an answer, so a server that sends
single bytes is never given up. Therefore each question runs in its own thread with one deadline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from threading import Thread
from typing import Any, TypeVar

from .failures import FAILURES

__all__ = ["limited", "within"]

_T = TypeVar("_T")
_MAX_ANSWER = 64 * 1024 * 1024


class _Limited:
    """The stream of an answer, which fails if the answer is too long."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def stream(self, *arguments: Any, **named: Any) -> Iterator[bytes]:
        received = 0
        for piece in self._raw.stream(*arguments, **named):
            received += len(piece)
            if received > _MAX_ANSWER:
                self._raw.close()
                raise ConnectionError(f"answer of more than {_MAX_ANSWER} bytes")
            yield piece

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)


def limited(response: Any, *_: object, **__: object) -> None:
    """Bound the size of an answer; a hook for bitcash's requests."""
    response.raw = _Limited(response.raw)


def within(seconds: float, ask: Callable[[], _T]) -> _T:
    """Call `ask` in a thread and return its result; raise TimeoutError at the deadline.

    The thread is abandoned then. Exceptions of `ask`, one of FAILURES, are raised here.
    """
    future: Future[_T] = Future()

    def run() -> None:
        try:
            future.set_result(ask())
        except FAILURES as error:
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    done, _ = wait([future], timeout=seconds)
    if not done:
        raise TimeoutError(f"no answer within {seconds:g} s")
    return future.result()
