"""How deep JSON text nests, told before a parser meets it.

Python's parser goes as deep as the caller's stack allows, and so would answer the same
text in different ways.
"""

from __future__ import annotations

import re

__all__ = ["MAX_NESTED", "nests_too_deep"]

MAX_NESTED = 32
"""Deeper than anything that is read from JSON here."""

# Text is passed over as a whole, an unfinished one to its end.
_MARK = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)


def nests_too_deep(text: str, limit: int = MAX_NESTED) -> bool:
    """Whether arrays and objects in `text` nest more than `limit` deep, whatever else it is."""
    # Almost every line is answered by two counts.
    if text.count("[") + text.count("{") <= limit:
        return False
    depth = 0
    for match in _MARK.finditer(text):
        mark = text[match.start()]
        if mark in "[{":
            depth += 1
            if depth > limit:
                return True
        elif mark != '"':
            depth -= 1
    return False
