"""Untrusted text made safe to display: characters that move, hide or forge text are escaped."""

from __future__ import annotations

import re
from unicodedata import combining

__all__ = ["printable"]

# Letters and marks that Python considers printable but that terminals do not show.
# Source: Unicode, DerivedCoreProperties, Default_Ignorable_Code_Point.
_IGNORED = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)


def printable(text: str) -> str:
    r"""Escape untrusted text so that it stays on one line and cannot change how it is shown.

    Control characters (C0, C1, line feeds), direction marks, zero-width characters,
    all white space but the space, unpaired surrogates and a mark that would join what stands
    before the text are written as Python escapes them (`\x1b`, `\u202e`); everything else,
    backslashes included, stays as it is.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        _escape(character)
        if not character.isprintable()
        or _IGNORED.match(character)
        or (not at and combining(character))
        else character
        for at, character in enumerate(text)
    )


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
