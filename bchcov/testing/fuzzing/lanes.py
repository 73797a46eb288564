"""Taking turns: several ways of searching side by side, each with its share of the work."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeVar

__all__ = ["Lane", "in_turn", "interleaved", "take_turns"]

_IDLE = 5
_DONE = attrgetter("done")
Whole = TypeVar("Whole")
Part = TypeVar("Part")


@dataclass(slots=True)
class Lane:
    """A way of searching: its steps, and its share of the work beside the others."""

    share: int
    steps: Iterator[None]
    work: int = 0
    done: float = 0
    """How much it has done, for its share."""


def take_turns(lanes: Iterable[Lane], spent: Callable[[], int]) -> Iterator[None]:
    """Take a step of whichever lane is furthest behind its share, until all have come to an end.

    `spent` counts the work of all. A step that did none has found nothing to do, and its lane is
    not asked again soon.
    """
    running = list(lanes)
    while running:
        lane = min(running, key=_DONE)
        before = spent()
        try:
            next(lane.steps)
        except StopIteration:
            running.remove(lane)
            continue
        lane.work += spent() - before or _IDLE
        lane.done = lane.work / lane.share
        yield


def in_turn(
    wholes: Iterable[Whole], parts: Callable[[Whole], Iterator[Part]]
) -> Iterator[tuple[Whole, Part]]:
    """Yield the parts of several wholes, each with its whole: one part of each in turn."""
    waiting = deque((whole, parts(whole)) for whole in wholes)
    while waiting:
        whole, left = waiting.popleft()
        part = next(left, None)
        if part is not None:
            yield whole, part
            waiting.append((whole, left))


def interleaved(several: Iterable[Iterator[Part]]) -> Iterator[Part]:
    """Yield what several iterators yield, one of each in turn."""
    return (part for _, part in in_turn(several, iter))
