"""The notations of CashScript artifacts and of nodes: opcode names, and bare digits for pushes.

Source: the artifact format of CashScript, "bytecode"; Bitcoin Cash Node, ScriptToAsmStr.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from ..encoding.expected import kind_of
from ..errors import AssemblyError
from ..script.numbers import encode_number
from ..script.opcodes import OPCODES_BY_NAME
from ..script.pushes import encode_push, encode_push_by_length
from .tokens import Source

__all__ = ["Notation", "assemble_notation"]

Notation = Literal["artifact", "node"]
"""In "artifact" all digits are hexadecimal; in "node" a push of up to 4 bytes is decimal."""

_OPCODES = {name: bytes((opcode,)) for name, opcode in OPCODES_BY_NAME.items()}
_WORD = re.compile(r"\S+")
_HEXADECIMAL = re.compile("(?:0x)?([0-9a-fA-F]+)")
_DECIMAL = re.compile("-?(?:0|[1-9][0-9]{0,9})")
# Nodes write items of up to four bytes as numbers.
_MAX_NUMBER = 2**31 - 1


def _push(word: str, notation: Notation) -> bytes | str:
    """Return the push that a word stands for, or a message that says what is wrong with it."""
    if notation == "node" and _DECIMAL.fullmatch(word) and abs(int(word)) <= _MAX_NUMBER:
        return encode_push(encode_number(int(word)))
    digits = _HEXADECIMAL.fullmatch(word)
    if digits is None:
        return f"{word[:64]!r} is neither an opcode nor hexadecimal"
    if len(digits[1]) % 2:
        return f"{word[:64]!r} has an odd number of hexadecimal digits: {len(digits[1])}"
    data = bytes.fromhex(digits[1])
    if notation == "node":
        if len(data) <= 4:
            return (
                f"{word[:64]!r} must be a decimal number: nodes write pushes of up to four bytes so"
            )
        return encode_push_by_length(data)
    return encode_push(data)


def assemble_notation(
    source: str, notation: Notation = "artifact", *, arguments: Sequence[bytes] = ()
) -> bytes:
    """Assemble opcode names and bare digits, separated by white space, into script bytes.

    In the notation of an "artifact", digits are the hexadecimal bytes to push:
    `OP_MUL 1027` pushes 0x1027. In that of a "node", a push of up to four bytes is written
    as a decimal number and a longer one in hexadecimal. `arguments` are those of a
    contract's constructor, in the artifact's order; they are pushed before the script, the
    last one first. Raises AssemblyError with the line and column.
    """
    made = bytearray().join(encode_push(argument) for argument in reversed(arguments))
    if not isinstance(source, str):
        raise AssemblyError(f"source must be text, not {kind_of(source)}", line=1, column=1)
    text = source.removeprefix("\ufeff")
    for match in _WORD.finditer(text):
        word = match[0]
        piece = _OPCODES.get(word) or _push(word, notation)
        if isinstance(piece, str):
            place = Source(text).locate(match.start())
            raise AssemblyError(piece, line=place.line, column=place.column)
        made += piece
    return bytes(made)
