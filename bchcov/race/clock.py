"""A clock of events: what happens next, and when."""

from __future__ import annotations

import heapq
from collections.abc import Callable

__all__ = ["Clock"]


class Clock:
    """Seconds since the race began; events of one moment happen in the order they were set."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Let something happen so many seconds from now."""
        self._count += 1
        heapq.heappush(self._events, (self.now + max(0.0, seconds), self._count, act))

    def step(self) -> bool:
        """Let the next thing happen; False where nothing is to come."""
        if not self._events:
            return False
        self.now, _, act = heapq.heappop(self._events)
        act()
        return True
