"""A check of how deeply JSON text nests, made before it is parsed.

Python's parser goes as deep as the caller's stack allows, so the same text could parse in
one place and fail in another.
"""

from __future__ import annotations

import re

__all__ = ["MAX_NESTED", "nests_too_deep"]

MAX_NESTED = 32
"""The deepest nesting accepted; no JSON format that this library reads comes near it."""

# A JSON string is skipped as a whole; one without a closing quote is skipped to the end.
_MARK = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)


def nests_too_deep(text: str, limit: int = MAX_NESTED) -> bool:
    """Whether arrays and objects in `text` nest more than `limit` deep; it need not be valid."""
    # Counting the brackets is enough for almost every text.
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
