"""Refused drafts that wait to be repaired, by what refused them."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from .draft import Draft

__all__ = ["Refusals", "Refused"]

_MOST = 256


class Refused(NamedTuple):
    """A draft that was refused, and the number of the reference that it is compared with."""

    draft: Draft
    reference: int


@dataclass(slots=True)
class Refusals:
    """Refused drafts by the place that refused them.

    Most changes are refused by the same few checks. Each place has its turn, however many drafts
    wait there; every second time any place has it, the likelier the more wait there. Of a place
    any draft may be next; of more than some the rest are forgotten.
    """

    random: Random
    _waiting: dict[Hashable, list[Refused]] = field(default_factory=dict)
    _seen: dict[Hashable, int] = field(default_factory=dict)
    _turns: deque[Hashable] = field(default_factory=deque)
    _taken: int = 0

    def add(self, place: Hashable, refused: Refused) -> None:
        """Let a draft wait."""
        waiting = self._waiting.get(place)
        if waiting is None:
            waiting = self._waiting[place] = []
            # A new place is the next.
            self._turns.appendleft(place)
        seen = self._seen[place] = self._seen.get(place, 0) + 1
        if len(waiting) < _MOST:
            waiting.append(refused)
            return
        at = self.random.randrange(seen)
        if at < _MOST:
            waiting[at] = refused

    def take(self) -> Refused | None:
        """Take a draft of the place whose turn it is, None if none waits."""
        self._taken += 1
        if self._taken % 2:
            counts = [len(waiting) for waiting in self._waiting.values()]
            if any(counts):
                (waiting,) = self.random.choices(list(self._waiting.values()), counts)
                return self._any(waiting)
        for _ in range(len(self._turns)):
            place = self._turns.popleft()
            waiting = self._waiting[place]
            self._turns.append(place)
            if waiting:
                return self._any(waiting)
        return None

    def _any(self, waiting: list[Refused]) -> Refused:
        at = self.random.randrange(len(waiting))
        waiting[at], waiting[-1] = waiting[-1], waiting[at]
        return waiting.pop()
