"""CashAssembly read token by token: a long source is never held as a tree.

Source: the grammar of libauth and Bitauth IDE, "CashAssembly".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from unicodedata import combining, normalize

from ..encoding.expected import kind_of
from ..errors import AssemblyError
from .nodes import Place

__all__ = [
    "CLOSING",
    "LITERAL",
    "MAX_NESTED",
    "NAME",
    "OPENING",
    "Source",
    "Token",
    "normalize_source",
]

MAX_NESTED = 100
"""How many pushes, evaluations and bindings may be open at once: more than any script needs."""

# White space as JavaScript defines it; Python's \s also matches control characters.
_BLANK = r"[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]*"
# One expression for all: a search for each kind of token takes five times as long. What
# matches nothing else is the last group's. Comments are in none.
_TOKEN = re.compile(
    r"(?:([a-zA-Z_][.a-zA-Z0-9_-]*)|(<|\$\()|(>|\))"
    r"|0x([0-9a-fA-F_]*)|0b([01_]*)|(-?[0-9][0-9_]*)"
    r"|'([^']*)'|\"([^\"]*)\"|//[^\n]*|/\*.*?\*/|(.))" + _BLANK,
    re.DOTALL,
)
_LEADING = re.compile(_BLANK)
# An odd number of hexadecimal digits, more than one, of which the last is a decimal one.
_SPLIT = re.compile("[0-9a-fA-F]_*(?:[0-9a-fA-F]_*[0-9a-fA-F]_*)*[0-9a-fA-F][0-9]")
NAME, OPENING, CLOSING, _HEX, _BINARY, _INTEGER, _TEXT, _OTHER_TEXT, _UNEXPECTED = range(1, 10)
# Numbers and not an enumeration: a source has millions of tokens. The first three are also
# what tokens say of themselves.
LITERAL = _HEX

Token = tuple[int, str, bytes | int, int]
"""What a token is (NAME, OPENING, CLOSING or LITERAL), its name or bracket ("" for a literal),
the value of a literal (0 for all else), and the offset in the source that it begins at."""

# More than a number of 100,000 bytes has; the time to read digits is quadratic.
_MAX_DIGITS = 250_000
# The limit of Unicode's stream-safe text format; normalizing a longer run takes quadratic time.
_MAX_MARKS = 30
# No character before U+0300 is a combining mark.
_MAYBE_MARKS = re.compile(f"[\u0300-\U0010ffff]{{{_MAX_MARKS + 1},}}")
# Of three bytes in UTF-8, Unicode can make 18 characters. A text that no transaction has room
# for may not take many times its memory.
_MAX_GROWTH = 100_000
_EXPECTED = "an opcode, an identifier, a literal, '<', '$(' or a comment"


class Source:
    """A normalized source: its tokens, and places in it by offset.

    `name` is that of the binding it belongs to, None for the main source. An odd number of
    hexadecimal digits is an error; with `splits_digits` the last one is a number by itself if
    it can be, as libauth reads it.
    """

    def __init__(self, text: str, name: str | None = None, *, splits_digits: bool = False) -> None:
        self.name = name
        self._text = text
        self._splits_digits = splits_digits
        # Up to where lines were counted, how many there were, and where the last one starts.
        self._counted, self._line, self._line_start = 0, 1, 0

    def locate(self, at: int) -> Place:
        """Return the line and the column of an offset; in rising order none is counted twice."""
        if at < self._counted:
            self._counted, self._line, self._line_start = 0, 1, 0
        breaks = self._text.count("\n", self._counted, at)
        if breaks:
            self._line += breaks
            self._line_start = self._text.rfind("\n", self._counted, at) + 1
        self._counted = at
        return Place(self._line, at - self._line_start + 1)

    def _error(self, message: str, at: int) -> AssemblyError:
        place = self.locate(at)
        return AssemblyError(message, line=place.line, column=place.column, binding=self.name)

    def tokens(self) -> Iterator[Token]:
        """Yield the tokens; every opening bracket has its closing one.

        Raises AssemblyError with the place and what was expected, when that is reached.
        """
        open_parts: list[tuple[str, int]] = []
        leading = _LEADING.match(self._text)
        for match in _TOKEN.finditer(self._text, leading.end() if leading else 0):
            kind = match.lastindex
            if kind == NAME:
                yield NAME, match[1], 0, match.start()
            elif kind == OPENING:
                if len(open_parts) >= MAX_NESTED:
                    raise self._error(f"nesting is too deep, limit {MAX_NESTED}", match.start())
                open_parts.append((match[2], match.start()))
                yield OPENING, match[2], 0, match.start()
            elif kind == CLOSING:
                if not open_parts or (open_parts[-1][0] == "<") is not (match[3] == ">"):
                    raise self._closes_nothing(match, open_parts)
                open_parts.pop()
                yield CLOSING, match[3], 0, match.start()
            elif kind == _HEX and self._splits_digits and _SPLIT.fullmatch(match[_HEX]):
                last = match.end(_HEX) - 1
                digits = match[_HEX][:-1].replace("_", "")
                yield LITERAL, "", self._digits(digits, "0x", match.start()), match.start()
                yield LITERAL, "", int(match[_HEX][-1]), last
            elif kind is not None:
                yield LITERAL, "", self._literal(match, kind), match.start()
        if open_parts:
            opening, at = open_parts[-1]
            closing = ">" if opening == "<" else ")"
            raise self._error(f"unclosed {opening!r}: {closing!r} is missing", at)

    def _closes_nothing(
        self, match: re.Match[str], open_parts: list[tuple[str, int]]
    ) -> AssemblyError:
        inside = f" inside {open_parts[-1][0]!r}" if open_parts else ""
        return self._error(f"unexpected {match[3]!r}{inside}", match.start())

    def _literal(self, match: re.Match[str], kind: int) -> bytes | int:
        written: str = match[kind]
        if kind == _INTEGER:
            return self._integer(written, match.start())
        if kind in (_HEX, _BINARY):
            return self._digits(written, "0x" if kind == _HEX else "0b", match.start())
        if kind == _UNEXPECTED:
            raise self._unexpected(written, match.start())
        try:
            return written.encode()
        except UnicodeEncodeError:
            raise self._error("text cannot be encoded as UTF-8", match.start()) from None

    def _unexpected(self, first: str, at: int) -> AssemblyError:
        if first in "'\"":
            return self._error(f"unclosed text: {first} is missing", at)
        if self._text.startswith("/*", at):
            return self._error("unclosed comment: '*/' is missing", at)
        return self._error(f"unexpected {first!r}: expected {_EXPECTED}", at)

    def _digits(self, written: str, prefix: str, at: int) -> bytes:
        digits = written.replace("_", "")
        shown = f"{prefix}{written[:38]}"
        if not digits or written[0] == "_" or written[-1] == "_":
            raise self._error(f"{shown!r} is not a literal: digits are missing", at)
        if prefix == "0b":
            # Bytes are filled from the left, so the last one may have fewer than 8 digits.
            octets = (digits[start : start + 8] for start in range(0, len(digits), 8))
            return bytes(int(octet, 2) for octet in octets)
        if len(digits) % 2:
            raise self._error(
                f"{shown!r} has an odd number of hexadecimal digits: {len(digits)}", at
            )
        return bytes.fromhex(digits)

    def _integer(self, written: str, at: int) -> int:
        if written[-1] == "_":
            raise self._error(f"{written[:40]!r} is not a literal: a digit is missing", at)
        digits = written.replace("_", "")
        if len(digits) > _MAX_DIGITS:
            raise self._error(f"number of {len(digits)} digits, limit {_MAX_DIGITS}", at)
        return _parse_integer(digits)


def _parse_integer(text: str) -> int:
    """Read any number of decimal digits; Python may be set to refuse more than 640 at once."""
    step = 640
    if len(text) <= step:
        return int(text)
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("-")
    value = 0
    for start in range(0, len(digits), step):
        part = digits[start : start + step]
        value = value * 10 ** len(part) + int(part)
    return sign * value


def normalize_source(source: str, name: str | None = None) -> str:
    """Normalize a source to Unicode's form NFKC, as libauth does; columns count in that form.

    Raises AssemblyError for what is no text, for a run of combining marks that is too long to
    normalize, and for a source that becomes more than 100,000 characters longer; `name` is that
    of the binding that the source is of.
    """
    if not isinstance(source, str):
        said = f"source must be text, not {kind_of(source)}"
        raise AssemblyError(said, line=1, column=1, binding=name)
    if source.isascii():
        return source
    for at, message in (_find_marks(source), _find_growth(source)):
        if at is not None:
            place = Source(source).locate(at)
            raise AssemblyError(message, line=place.line, column=place.column, binding=name)
    return normalize("NFKC", source)


def _find_marks(source: str) -> tuple[int | None, str]:
    """Find where a run of combining marks passes its limit, and say what is wrong there."""
    message = f"too many combining marks in a row, limit {_MAX_MARKS}"
    for run in _MAYBE_MARKS.finditer(source):
        marks = 0
        for at in range(*run.span()):
            marks = marks + 1 if combining(source[at]) else 0
            if marks > _MAX_MARKS:
                return at, message
    return None, message


def _find_growth(source: str) -> tuple[int | None, str]:
    """Find the first character of a source that grows too much to grow, and say so."""
    counted = Counter(source)
    growth = {each: len(normalize("NFKC", each)) - 1 for each in counted if not each.isascii()}
    total = sum(longer * counted[each] for each, longer in growth.items())
    message = f"text becomes {total} characters longer in Unicode's form NFKC, limit {_MAX_GROWTH}"
    if total <= _MAX_GROWTH:
        return None, message
    return min(source.index(each) for each, longer in growth.items() if longer), message
