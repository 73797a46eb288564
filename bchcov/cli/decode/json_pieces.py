"""JSON written piece by piece, for output much larger than the input."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
    inner = margin + "  "
    if isinstance(value, dict) and value:
        opening = "{"
        for name, each in value.items():
            write(f"{opening}{inner}{json.dumps(name)}: ")
            write_json(each, write, margin=inner)
            opening = ","
        write(margin + "}")
    elif isinstance(value, Parts):
        opening = "["
        for each in value.items:
            write(opening + inner)
            write_json(each, write, margin=inner)
            opening = ","
        write("[]" if opening == "[" else margin + "]")
    elif isinstance(value, Iterator):
        write('"')
        for piece in value:
            write(json.dumps(piece)[1:-1])
        write('"')
    else:
        write(json.dumps(value))
