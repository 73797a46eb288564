"""The fields of rows in nodes' files, each of its type, and the notation of their scripts."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

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


def _word(word: str) -> bytes:
    if _NUMBER.fullmatch(word):
        if len(word) > MAX_DIGITS:
            raise ValueError(f"a number of {len(word)} digits, limit {MAX_DIGITS}")
        value = int(word)
        if value == -1 or 1 <= value <= 16:
            return bytes((0x50 + value,))
        return encode_push_by_length(encode_number(value))
    if word.startswith("0x"):
        return _from_hex(word[2:], "a word of a script")
    if len(word) >= 2 and word[0] == word[-1] == "'":
        return encode_push_by_length(word[1:-1].encode())
    name = word if word.startswith("OP_") else f"OP_{word}"
    if name not in OPCODES_BY_NAME:
        raise ValueError(f"no opcode is called {word[:80]}")
    return bytes((OPCODES_BY_NAME[name],))


def assemble_node_script(text: str) -> bytes:
    """Assemble the notation of the nodes' files: opcodes without OP_, 0x bytes, 'text', numbers.

    Raises ValueError.
    """
    return b"".join(map(_word, text.split()))


def _from_hex(digits: str, what: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise ValueError(f"{what} is not hexadecimal") from None


def read_text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{what} is {_kind(value)}, not text")
    return value


def read_bytes(value: Any, what: str) -> bytes:
    return _from_hex(read_text(value, what), what)


def read_integer(value: Any, what: str, allowed: range) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{what} is {_kind(value)}, not an integer")
    if value not in allowed:
        raise ValueError(f"{what} is not {allowed.start} to {allowed.stop - 1}")
    return value


def read_amount(value: Any) -> int:
    """Coins, as the files of scripts have them, in satoshis."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"the amount is {_kind(value)}, not a number of coins")
    if not 0 <= value < 2**63 // COIN:
        raise ValueError("the amount is beyond what an output holds")
    return int(Decimal(str(value)) * COIN)


def _kind(value: Any) -> str:
    names = {bool: "true or false", dict: "an object", list: "an array", type(None): "null"}
    return names.get(type(value), "text" if isinstance(value, str) else "a number")


def read_fields(row: Any, least: int) -> list[Any]:
    if not isinstance(row, list):
        raise ValueError(f"it is {_kind(row)}, not an array")
    if len(row) < least:
        raise ValueError(f"it has {len(row)} fields, not {least}")
    return row
