"""Reading a stream line by line; an object over several lines counts as one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from .gathering import Line, gather

__all__ = ["LINE_LIMIT", "read_lines"]

LINE_LIMIT = 64 * 1024 * 1024


def read_lines(stream: IO[bytes]) -> Iterator[Line]:
    """Yield the lines that are not blank, those of an object over many lines as one."""
    return gather(_lines(stream), limit=LINE_LIMIT)


def _lines(stream: IO[bytes]) -> Iterator[Line]:
    number = 0
    while text := stream.readline(LINE_LIMIT + 1):
        number += 1
        is_whole = len(text) <= LINE_LIMIT or text.endswith(b"\n")
        if not is_whole:
            text = b""
            while (rest := stream.readline(LINE_LIMIT)) and not rest.endswith(b"\n"):
                pass
        if not is_whole or not text.isspace():
            yield Line(number, text, is_whole)
