"""What a command answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Answer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """Lines for people and the same as data for programs.

    `ok` is False for a command that is wrong or cannot be done, and for a transaction that
    was refused: nothing has changed then. `rows` are a table, the first one its headings.
    """

    ok: bool
    lines: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    rows: tuple[tuple[str, ...], ...] = ()
    ends: bool = False
