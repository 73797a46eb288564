"""JSON written piece by piece, for answers that take many times their input."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Parts", "write_json"]


@dataclass(frozen=True, slots=True)
class Parts:
    """A list whose items are made while they are written."""

    items: Iterator[Any]


def write_json(value: Any, write: Callable[[str], object], *, margin: str = "\n") -> None:
    """Write what `json.dumps` with two blanks of indent makes, and hold no more than a part.

    An iterator of text is one string, `Parts` is a list. `margin` is the line feed and the
    blanks in front of each line.
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
