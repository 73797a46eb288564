"""Recognizing the format of a JSON file of tests from its rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from itertools import islice
from typing import Any

from ..encoding.json_text import JSON_WITH_LONG_NUMBERS

__all__ = ["first_rows", "kind_of_rows"]

_MAX_ROWS = 200
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*")
_HASH = re.compile(r"[0-9a-fA-F]{64}")
_FLAGS = re.compile(r"(?:[A-Z0-9_]+(?:, ?[A-Z0-9_]+)*)?")
_EXPECTED = re.compile(r"[A-Z][A-Z0-9_]+")
_BLANK = re.compile(r"[ \t\n\r]*")


def _is_text(value: Any, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_script_test(row: list[Any]) -> bool:
    fields = row[1:] if isinstance(row[0], list) else row
    return (
        4 <= len(fields) <= 6
        and all(isinstance(field, str) for field in fields[:2])
        and _is_text(fields[2], _FLAGS)
        and _is_text(fields[3], _EXPECTED)
    )


def _is_transaction_test(row: list[Any]) -> bool:
    coins = row[0]
    return (
        len(row) == 3
        and isinstance(coins, list)
        and all(isinstance(coin, list) and 3 <= len(coin) <= 4 for coin in coins)
        and all(_is_text(coin[0], _HASH) for coin in coins)
        and _is_text(row[1], _HEX)
        and _is_text(row[2], _FLAGS)
    )


def _is_digest_test(row: list[Any]) -> bool:
    return (
        len(row) >= 5
        and all(_is_text(field, _HEX) for field in row[:2])
        and all(type(number) is int for number in row[2:4])
        and all(_is_text(digest, _HASH) for digest in row[4:])
    )


def _is_vmb_test(row: list[Any]) -> bool:
    return (
        len(row) >= 6
        and all(isinstance(field, str) for field in row[:4])
        and all(_is_text(field, _HEX) and field for field in row[4:6])
    )


_KINDS: dict[str, Callable[[list[Any]], bool]] = {
    "vmb": _is_vmb_test,
    "script_tests": _is_script_test,
    "tx": _is_transaction_test,
    "sighash": _is_digest_test,
}


def first_rows(text: str) -> list[Any]:
    """Return the first elements of the array that a text begins with, even if it is truncated."""
    rows: list[Any] = []
    at = _BLANK.match(text, 0).end()  # type: ignore[union-attr]
    if not text.startswith("[", at):
        return rows
    try:
        while len(rows) < _MAX_ROWS:
            at = _BLANK.match(text, at + 1).end()  # type: ignore[union-attr]
            row, at = JSON_WITH_LONG_NUMBERS.raw_decode(text, at)
            rows.append(row)
            at = _BLANK.match(text, at).end()  # type: ignore[union-attr]
            if not text.startswith(",", at):
                break
    except (ValueError, RecursionError):
        pass
    return rows


def kind_of_rows(rows: list[Any]) -> str | None:
    """Return "vmb", "script_tests", "sighash", "tx" (valid or invalid), or None if unknown.

    The format of most rows decides; rows with a single string are comments and do not count.
    """
    found: Counter[str | None] = Counter()
    for row in islice(rows, _MAX_ROWS):
        if isinstance(row, list) and len(row) == 1 and isinstance(row[0], str):
            continue
        is_row = isinstance(row, list) and bool(row)
        found[next((kind for kind, test in _KINDS.items() if is_row and test(row)), None)] += 1
    if not found:
        return None
    kind, count = found.most_common(1)[0]
    return kind if 2 * count > found.total() or count > found[None] else None
