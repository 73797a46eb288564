"""Reading JSON of other programs field by field, with errors that name the field and its value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

from ..encoding.expected import kind_of
from ..encoding.hexadecimal import decode_hex
from ..encoding.json_text import EXACT_JSON
from ..encoding.nesting import MAX_NESTED, nests_too_deep
from ..encoding.printable import printable
from ..errors import DecodeError, FormatError
from ..transaction.constants import COIN, MAX_UINT64

__all__ = ["Field", "read_json", "read_text"]

_SHOWN = 40
_DECIMALS = 8
_MOST_COINS = f"{MAX_UINT64 // COIN}.{MAX_UINT64 % COIN:08}"


def read_text(text: str | bytes) -> str:
    """Decode UTF-8, without a byte order mark. Raises FormatError."""
    if not isinstance(text, str | bytes):
        raise FormatError(f"expected text or bytes, not {kind_of(text)}")
    try:
        return (text if isinstance(text, str) else text.decode()).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise FormatError(f"not UTF-8 at byte {error.start}") from None


def read_json(text: str | bytes) -> Any:
    """Parse a JSON text; numbers with a decimal point become Decimals.

    Raises FormatError for invalid JSON or UTF-8, for repeated keys and too deep nesting.
    """
    text = read_text(text)
    if nests_too_deep(text):
        raise FormatError(f"not JSON that is read: nested too deeply, limit {MAX_NESTED}")
    try:
        return EXACT_JSON.decode(text)
    except json.JSONDecodeError as error:
        where = f" (line {error.lineno}, column {error.colno})" if error.lineno > 1 else ""
        # Python's message may end with the "at" itself.
        what = error.msg.removesuffix(" at")
        raise FormatError(f"not JSON: {what} at character {error.pos}{where}") from None
    except ValueError as error:
        raise FormatError(f"not JSON: {error}") from None


@dataclass(frozen=True, slots=True)
class Field:
    """A JSON value and its path: "" for the whole text, "vin[0].value" for a part of it.

    Methods that read the value raise FormatError if it is of another type.
    """

    value: object
    path: str = ""

    def refuse(self, what: str) -> NoReturn:
        """Raise FormatError with the field's name and `what` is wrong with it."""
        name = f'"{printable(self.path)}"' if self.path else "the JSON"
        raise FormatError(f"{name} {what}", self.path)

    def _kind(self) -> str:
        names = {dict: "an object", list: "an array", str: "text", bool: "true or false"}
        return "null" if self.value is None else names.get(type(self.value), "a number")

    @property
    def is_there(self) -> bool:
        """Whether the field is present and not null."""
        return self.value is not None

    def members(self) -> dict[str, Any]:
        """Return the names and values of an object."""
        if not isinstance(self.value, dict):
            self.refuse(self._is_not("an object"))
        return self.value

    def _is_not(self, wanted: str) -> str:
        return "is missing" if self.value is None else f"is {self._kind()}, not {wanted}"

    def get(self, name: str) -> Field:
        """Return a field of an object; its value is None if it is missing or null."""
        path = f"{self.path}.{name}" if self.path else name
        return Field(self.members().get(name), path)

    def items(self) -> Iterator[Field]:
        """Yield the items of an array."""
        if not isinstance(self.value, list):
            self.refuse(self._is_not("an array"))
        return (Field(each, f"{self.path}[{at}]") for at, each in enumerate(self.value))

    def optional_items(self) -> Iterator[Field]:
        """Yield the items of an array, or nothing if the field is missing or null."""
        return self.items() if self.is_there else iter(())

    def optional_text(self) -> str | None:
        """Return a text, or None if the field is missing, null or empty."""
        return (self.text() or None) if self.is_there else None

    def text(self) -> str:
        """Return a text."""
        if not isinstance(self.value, str):
            self.refuse(self._is_not("text"))
        return self.value

    def flag(self) -> bool:
        """Return a boolean."""
        if not isinstance(self.value, bool):
            self.refuse(self._is_not("true or false"))
        return self.value

    def number(self, most: int) -> int:
        """Return an integer from 0 to `most`."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            self.refuse(self._is_not("an integer"))
        return self.within(self.value, most)

    def within(self, value: int, most: int) -> int:
        """Return `value`, which was read from the field, if it is from 0 to `most`."""
        if not 0 <= value <= most:
            shown = str(value) if abs(value) < 10**_SHOWN else "too far from zero"
            self.refuse(f"is {shown}: expected 0 to {most}")
        return value

    def digits(self, most: int) -> int:
        """Return an integer from 0 to `most` that is written as text."""
        text = self.text()
        if not text.isdecimal() or not text.isascii() or len(text) > _SHOWN:
            self.refuse(f"is {text[:_SHOWN]!a}, not an integer in digits")
        return self.within(int(text), most)

    def hexadecimal(self) -> bytes:
        """Decode hexadecimal text."""
        try:
            return decode_hex(self.text())
        except DecodeError as error:
            self.refuse(f"is not hexadecimal: {error.message} (at character {error.offset})")

    def reversed_hash(self) -> bytes:
        """Decode a hash in displayed, reversed order: a txid, a category or a script hash."""
        data = self.hexadecimal()
        if len(data) != 32:
            self.refuse(f"has {len(data)} bytes, not 32")
        return data[::-1]

    def satoshis(self) -> int:
        """Convert a decimal amount in BCH to satoshis, exactly.

        A float counts as the shortest decimal with its value: exact up to 21 million.
        """
        value = self.value
        if isinstance(value, float):
            value = Decimal(repr(value))
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            self.refuse(self._is_not("a number"))
        shown, value = f"{value!s:.{_SHOWN}}", Decimal(value)
        # Huge and tiny numbers are refused by their exponent, before any arithmetic.
        if not value.is_finite() or (value and not -99 < value.adjusted() < 99):
            self.refuse(f"is {shown}: not an amount of bitcoin cash")
        satoshis = Fraction(value) * COIN
        if satoshis.denominator != 1:
            self.refuse(f"is {shown}: an amount has at most {_DECIMALS} decimals")
        if not 0 <= satoshis <= MAX_UINT64:
            self.refuse(f"is {shown}: expected 0 to {_MOST_COINS}")
        return satoshis.numerator
