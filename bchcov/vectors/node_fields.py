"""Reading the fields of rows in nodes' test files, and the notation of their scripts."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from ..encoding.expected import shown
from ..encoding.json_text import MAX_DIGITS
from ..script.numbers import encode_number
from ..script.opcodes import OPCODES_BY_NAME
from ..script.pushes import encode_push_by_length
from ..transaction.constants import COIN

__all__ = [
    "assemble_node_script",
    "read_amount",
    "read_bytes",
    "read_fields",
    "read_integer",
    "read_text",
]

_NUMBER = re.compile(r"-?[0-9]+")
_AMOUNT_LIMIT = 2**63 // COIN


def _assemble_word(word: str) -> bytes:
    if _NUMBER.fullmatch(word):
        if len(word) > MAX_DIGITS:
            raise ValueError(f"number of {len(word)} digits, limit {MAX_DIGITS}")
        value = int(word)
        if value == -1 or 1 <= value <= 16:
            return bytes((0x50 + value,))
        return encode_push_by_length(encode_number(value))
    if word.startswith("0x"):
        return _from_hex(word[2:], "0x and what follows it")
    if len(word) >= 2 and word[0] == word[-1] == "'":
        return encode_push_by_length(word[1:-1].encode())
    name = word if word.startswith("OP_") else f"OP_{word}"
    if name not in OPCODES_BY_NAME:
        raise ValueError(f"unknown opcode {word[:80]!r}")
    return bytes((OPCODES_BY_NAME[name],))


def assemble_node_script(text: str) -> bytes:
    """Assemble the notation of nodes' files: opcodes without OP_, 0x bytes, 'text', numbers.

    Raises ValueError.
    """
    return b"".join(map(_assemble_word, text.split()))


def _from_hex(digits: str, what: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise ValueError(f"{what} must be hexadecimal") from None


def read_text(value: Any, what: str) -> str:
    """Return a field that must be a string. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"{what} must be a string, not {_kind(value)}")
    return value


def read_bytes(value: Any, what: str) -> bytes:
    """Decode a field that must be hexadecimal. Raises ValueError."""
    return _from_hex(read_text(value, what), what)


def read_integer(value: Any, what: str, allowed: range) -> int:
    """Return a field that must be an integer in the range `allowed`. Raises ValueError."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{what} must be an integer, not {_kind(value)}")
    if value not in allowed:
        raise ValueError(
            f"{what} {shown(value)} is out of range: expected {allowed.start} to {allowed.stop - 1}"
        )
    return value


def read_amount(value: Any) -> int:
    """Convert an amount in BCH, as script tests have it, to satoshis. Raises ValueError."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"the amount must be a number, not {_kind(value)}")
    if not 0 <= value < _AMOUNT_LIMIT:
        amount = shown(value) if isinstance(value, int) else value
        raise ValueError(f"the amount {amount} is out of range: expected 0 to {_AMOUNT_LIMIT - 1}")
    return int(Decimal(str(value)) * COIN)


def _kind(value: Any) -> str:
    names = {bool: "a boolean", dict: "an object", list: "an array", type(None): "null"}
    return names.get(type(value), "a string" if isinstance(value, str) else "a number")


def read_fields(row: Any, least: int) -> list[Any]:
    """Return a row that must be an array of at least `least` fields. Raises ValueError."""
    if not isinstance(row, list):
        raise ValueError(f"the row must be an array, not {_kind(row)}")
    if len(row) < least:
        raise ValueError(f"row of {len(row)} fields, expected at least {least}")
    return row
