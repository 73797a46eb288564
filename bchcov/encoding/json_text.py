"""Strict decoding of untrusted JSON: no ambiguous text, and error messages of our own."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

__all__ = ["EXACT_JSON", "JSON", "JSON_WITH_LONG_NUMBERS", "MAX_DIGITS"]

# The lowest limit on digits that Python can be configured to have.
MAX_DIGITS = 640
_SHOWN = 40


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not valid JSON")


def _parse_float(text: str) -> float:
    value = float(text)
    if value - value:  # infinite: it could not be written back as JSON
        raise ValueError(f"number {text[:_SHOWN]} is too large")
    return value


def _parse_decimal(text: str) -> Decimal:
    _parse_float(text)
    if len(text) > MAX_DIGITS:
        raise ValueError(f"number of {len(text):,} characters, limit {MAX_DIGITS}")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"number {text[:_SHOWN]} has too large an exponent") from None


def _parse_int(text: str) -> int:
    digits = len(text.removeprefix("-"))
    if digits > MAX_DIGITS:
        raise ValueError(f"integer of {digits:,} digits, limit {MAX_DIGITS}")
    return int(text)


def _approximate(text: str) -> int | float:
    return int(text) if len(text.removeprefix("-")) <= MAX_DIGITS else float(text)


def _refuse_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"duplicate key {twice[:_SHOWN]!a} in an object")
    return made


def _decoder(
    *, parse_int: Callable[[str], float], parse_float: Callable[[str], float | Decimal]
) -> json.JSONDecoder:
    return json.JSONDecoder(
        parse_constant=_refuse_constant,
        parse_float=parse_float,
        parse_int=parse_int,
        object_pairs_hook=_refuse_repeated_keys,
    )


JSON = _decoder(parse_int=_parse_int, parse_float=_parse_float)
"""Decode one JSON text. Raises ValueError for invalid JSON, NaN, infinite numbers,
integers of more than 640 digits and repeated keys in an object."""

EXACT_JSON = _decoder(parse_int=_parse_int, parse_float=_parse_decimal)
"""Decode as `JSON` does, but take a number with a point or an exponent for the Decimal that is
written, of at most 640 characters."""

JSON_WITH_LONG_NUMBERS = _decoder(parse_int=_approximate, parse_float=float)
"""Decode as `JSON` does, but take an integer of more than 640 digits for the nearest float, and
a number beyond all floats for an infinite one: for files in which a single number that means
nothing must not hide the rest."""
