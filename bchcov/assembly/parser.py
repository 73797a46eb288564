"""CashAssembly source parsed into a tree of nodes that know their place.

Source: the grammar of libauth and Bitauth IDE, "CashAssembly".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import combining, normalize

from ..errors import AssemblyError
from .nodes import Evaluation, Identifier, Literal, Node, Place, Push

__all__ = ["MAX_NESTED", "normalize_source", "parse", "parse_each"]

MAX_NESTED = 100
"""How many pushes, evaluations and bindings may be open at once: more than any script needs."""

# White space as JavaScript defines it; Python's \s also matches control characters.
_BLANK = re.compile(
    r"(?:[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+|//[^\n]*)+"
)
_IDENTIFIER = re.compile(r"[a-zA-Z_][.a-zA-Z0-9_-]*")
_HEX = re.compile(r"0x([0-9a-fA-F_]*)")
_BINARY = re.compile(r"0b([01_]*)")
_INTEGER = re.compile(r"-?[0-9][0-9_]*")
# More than a number of 100,000 bytes has; the time to read digits is quadratic.
_MAX_DIGITS = 250_000
# The limit of Unicode's stream-safe text format; normalizing a longer run takes quadratic time.
_MAX_MARKS = 30
_EXPECTED = "an opcode, an identifier, a literal, '<', '$(' or a comment"


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        # The start and the number of the current line; places are asked for in order.
        self._line_start = 0
        self._line = 1
        self._counted = 0

    def place(self, at: int) -> Place:
        breaks = self.source.count("\n", self._counted, at)
        if breaks:
            self._line += breaks
            self._line_start = self.source.rfind("\n", self._counted, at) + 1
        self._counted = at
        return Place(self._line, at - self._line_start + 1)

    def error(self, message: str, place: Place) -> AssemblyError:
        return AssemblyError(message, line=place.line, column=place.column)

    def skip(self) -> None:
        """Skip white space and comments."""
        while True:
            match = _BLANK.match(self.source, self.at)
            if match:
                self.at = match.end()
            if not self.source.startswith("/*", self.at):
                return
            end = self.source.find("*/", self.at + 2)
            if end < 0:
                raise self.error("this comment is not closed: '*/' is missing", self.place(self.at))
            self.at = end + 2

    def text(self, quote: str, place: Place) -> Literal:
        end = self.source.find(quote, self.at + 1)
        if end < 0:
            raise self.error(f"this text is not closed: {quote} is missing", place)
        value = self.source[self.at + 1 : end]
        self.at = end + 1
        try:
            return Literal(value.encode(), place)
        except UnicodeEncodeError:
            raise self.error("this text has no UTF-8 encoding", place) from None

    def digits(self, match: re.Match[str], place: Place) -> Literal:
        self.at = match.end()
        digits = match[1].replace("_", "")
        if not digits or match[1].startswith("_") or match[1].endswith("_"):
            raise self.error(f"{match[0][:40]!r} is not a literal: digits are missing", place)
        if match[0].startswith("0b"):
            # Bytes are filled from the left, so the last one may have fewer than 8 digits.
            octets = (digits[at : at + 8] for at in range(0, len(digits), 8))
            return Literal(bytes(int(octet, 2) for octet in octets), place)
        if len(digits) % 2:
            raise self.error(
                f"{match[0][:40]!r} has {len(digits)} hexadecimal digits: a byte has two", place
            )
        return Literal(bytes.fromhex(digits), place)

    def integer(self, match: re.Match[str], place: Place) -> Literal:
        self.at = match.end()
        if match[0].endswith("_"):
            raise self.error(f"{match[0][:40]!r} is not a literal: a digit is missing", place)
        text = match[0].replace("_", "")
        if len(text) > _MAX_DIGITS:
            raise self.error(f"a number of {len(text)} digits, limit {_MAX_DIGITS}", place)
        return Literal(_parse_integer(text), place)

    def simple(self, place: Place) -> Literal | Identifier:
        """Parse one node that contains no others."""
        first = self.source[self.at]
        if first in "'\"":
            return self.text(first, place)
        for pattern in (_HEX, _BINARY):
            match = pattern.match(self.source, self.at)
            if match:
                return self.digits(match, place)
        match = _INTEGER.match(self.source, self.at)
        if match:
            return self.integer(match, place)
        match = _IDENTIFIER.match(self.source, self.at)
        if match:
            self.at = match.end()
            return Identifier(match[0], place)
        raise self.error(f"{first!r} is not expected here, but {_EXPECTED}", place)

    def parse(self) -> Iterator[Node]:
        """Yield each node that no other contains, as soon as it has been read."""
        # A stack instead of recursion: for each open bracket its text, its place and the
        # body around it.
        open_parts: list[tuple[str, Place, list[Node]]] = []
        body: list[Node] = []
        while True:
            self.skip()
            if self.at >= len(self.source):
                break
            place = self.place(self.at)
            opening = next((text for text in ("<", "$(") if self._takes(text)), None)
            if opening is not None:
                if len(open_parts) >= MAX_NESTED:
                    raise self.error(f"nested more than {MAX_NESTED} deep", place)
                open_parts.append((opening, place, body))
                body = []
            elif self.source[self.at] in ">)":
                body = self._close(open_parts, body, place)
            else:
                body.append(self.simple(place))
            if not open_parts and body:
                yield body.pop()
        if open_parts:
            opening, place, _ = open_parts[-1]
            closing = ">" if opening == "<" else ")"
            raise self.error(f"this {opening!r} is not closed: {closing!r} is missing", place)

    def _takes(self, text: str) -> bool:
        if not self.source.startswith(text, self.at):
            return False
        self.at += len(text)
        return True

    def _close(
        self, open_parts: list[tuple[str, Place, list[Node]]], body: list[Node], place: Place
    ) -> list[Node]:
        closing = self.source[self.at]
        if not open_parts or (open_parts[-1][0] == "<") is not (closing == ">"):
            inside = f", the end of {open_parts[-1][0]!r}" if open_parts else ""
            raise self.error(f"{closing!r} closes nothing here{inside}", place)
        self.at += 1
        opening, start, outer = open_parts.pop()
        make = Push if opening == "<" else Evaluation
        outer.append(make(tuple(body), start))
        return outer


def _parse_integer(text: str) -> int:
    """Read any number of decimal digits; Python may be set to refuse more than 640 at once."""
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("-")
    value, step = 0, 640
    for start in range(0, len(digits), step):
        part = digits[start : start + step]
        value = value * 10 ** len(part) + int(part)
    return sign * value


def normalize_source(source: str) -> str:
    """Normalize a source to Unicode's form NFKC, as `parse` does before it counts columns.

    Raises AssemblyError for a run of combining marks that is too long to normalize.
    """
    if source.isascii():
        return source
    marks = 0
    for at, character in enumerate(source):
        marks = marks + 1 if combining(character) else 0
        if marks > _MAX_MARKS:
            place = _Parser(source).place(at)
            raise AssemblyError(
                f"more than {_MAX_MARKS} combining marks in a row",
                line=place.line,
                column=place.column,
            )
    return normalize("NFKC", source)


def parse(source: str) -> tuple[Node, ...]:
    """Parse CashAssembly.

    The source is first normalized to Unicode's form NFKC, as libauth does; columns count
    the characters of that form. Raises AssemblyError with the place and what was expected.
    """
    return tuple(parse_each(source))


def parse_each(source: str) -> Iterator[Node]:
    """Parse CashAssembly node by node, so that a long source is never a tree as a whole.

    Yields what `parse` returns, and raises what it raises when that is reached.
    """
    return _Parser(normalize_source(source)).parse()
