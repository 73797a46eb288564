"""The answer to a command."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Answer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, both as lines for people and as data for programs.

    `ok` is False if the command was wrong or could not be done, or if a transaction was
    refused; nothing has changed then. `rows` is a table that starts with its headings. With
    `ends` the session ends.
    """

    ok: bool
    lines: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    rows: tuple[tuple[str, ...], ...] = ()
    ends: bool = False
