"""JSON written piece by piece, for output much larger than the input."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from json.encoder import encode_basestring_ascii
from typing import Any

__all__ = ["Parts", "write_json"]


@dataclass(frozen=True, slots=True)
class Parts:
    """A list whose items are produced while they are written."""

    items: Iterator[Any]


def write_json(value: Any, write: Callable[[str], object], *, margin: str = "\n") -> None:
    """Write what `json.dumps` with an indent of two would return, one part at a time.

    An iterator of text is written as one string, `Parts` as a list. `margin` is the line feed
    and the indent of each line.
    """
    # There are millions of small values: the most frequent kinds come first, and text is
    # escaped by the function behind `json.dumps`, whose way there takes ten times as long.
    if isinstance(value, str):
        write(encode_basestring_ascii(value))
    elif isinstance(value, dict) and value:
        inner = margin + "  "
        opening = "{" + inner
        for name, each in value.items():
            write(opening + _name(name))
            write_json(each, write, margin=inner)
            opening = "," + inner
        write(margin + "}")
    elif type(value) is int:
        write(str(value))
    elif value is None or isinstance(value, int | dict):
        write(json.dumps(value))
    elif isinstance(value, Parts):
        inner = margin + "  "
        opening = "["
        for each in value.items:
            write(opening + inner)
            write_json(each, write, margin=inner)
            opening = ","
        write("[]" if opening == "[" else margin + "]")
    else:
        write('"')
        for piece in value:
            write(encode_basestring_ascii(piece)[1:-1])
        write('"')


@cache
def _name(name: str) -> str:
    return f"{json.dumps(name)}: "
