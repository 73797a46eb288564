"""Joining JSON objects that are written over several lines into one line each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from ...encoding.json_text import JSON
from ...encoding.nesting import nests_too_deep

__all__ = ["Line", "gather"]

# A string, which no valid JSON goes on with in the next line, or a bracket.
_MARK = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[{]|[\]}]')
# Behind how many lines it is looked whether they still are the beginning of one object; from
# there on each time that they have doubled, so that the work stays in proportion.
_LOOKS = (2, 3)


class Line(NamedTuple):
    """A line with its number, counted from 1; `is_whole` is false for one that is too long."""

    number: int
    text: bytes
    is_whole: bool


def _depth(text: bytes) -> int:
    """Return how many more brackets open than close."""
    depth = 0
    for match in _MARK.finditer(text):
        mark = text[match.start()]
        depth += (mark in b"[{") - (mark in b"]}")
    return depth


def _is_beginning(text: bytes) -> bool:
    """Whether the text is the beginning of valid JSON: its only fault is that it ends."""
    try:
        decoded = text.decode().removeprefix("\ufeff").rstrip()
        if nests_too_deep(decoded):
            return False
        JSON.decode(decoded)
    except json.JSONDecodeError as error:
        # Python names the comma itself where a name is missing behind it.
        return error.pos >= len(decoded) - decoded.endswith(",")
    except ValueError:
        return False
    return True


def gather(lines: Iterator[Line], *, limit: int) -> Iterator[Line]:
    """Yield lines; an object over several lines becomes one, with the number of its first line.

    If an object is not continued as JSON, or is longer than `limit`, its lines and all that
    follow are yielded one by one.
    """
    for first in lines:
        depth = _depth(first.text) if first.text.lstrip(b"\xef\xbb\xbf \t").startswith(b"{") else 0
        if depth <= 0:
            yield first
            continue
        held, size, look = [first], len(first.text), 0
        while depth > 0 and (line := next(lines, None)):
            held.append(line)
            size += len(line.text)
            depth += _depth(line.text)
            if len(held) in _LOOKS or len(held) == 2 * look:
                look = len(held)
                if size > limit or not _is_beginning(b"".join(each.text for each in held)):
                    break
        else:
            text = b"".join(each.text for each in held)
            if depth <= 0 or _is_beginning(text):
                yield Line(first.number, text, all(each.is_whole for each in held))
                continue
        yield from chain(held, lines)
        return
