"""An assembled script together with the place in the source that each byte comes from."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

__all__ = ["Assembled", "Span"]


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `start` up to, but not including, `end` of a script come from `line` and `column`.

    `source` is the name of the binding that contains the place, or None for the main source.
    """

    start: int
    end: int
    line: int
    column: int
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Assembled:
    """A script and its source map: one span for each instruction, a push counting as one."""

    code: bytes
    spans: tuple[Span, ...]

    def find(self, offset: int) -> Span | None:
        """Return the span that contains the byte at `offset`, or None if there is none."""
        at = bisect_right(self.spans, offset, key=lambda span: span.start)
        return self.spans[at - 1] if at and offset < self.spans[at - 1].end else None
