"""Decoding CashScript's source maps, which map each instruction of a script to its source.

Source: CashScript, packages/utils/src/source-map.ts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import FormatError

__all__ = ["SourceRange", "decode_source_map"]

_NUMBER = re.compile("[0-9]{1,9}")
_FIELDS = 5


@dataclass(frozen=True, slots=True)
class SourceRange:
    """A range of a source; lines and columns count from 1.

    `is_end`: the instruction belongs to the end of the statement, such as the check that
    follows its condition.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    is_end: bool


def decode_source_map(text: str) -> tuple[SourceRange, ...]:
    """Decode a source map, one range for each instruction. Raises FormatError.

    An entry is `line:column:endLine:endColumn:hint`; fields that are empty or omitted have the
    values of the previous entry.
    """
    if not text:
        return ()
    ranges = []
    last = [0] * _FIELDS
    for at, entry in enumerate(text.split(";")):
        fields = entry.split(":")
        if len(fields) > _FIELDS:
            raise FormatError(f"entry {at} of {len(fields)} fields, limit {_FIELDS}")
        for place, field in enumerate(fields):
            if field:
                if not _NUMBER.fullmatch(field):
                    raise FormatError(f"entry {at}: {field[:20]!a} is not a number")
                last[place] = int(field)
        line, column, end_line, end_column, hint = last
        # Source maps count columns from 0.
        ranges.append(SourceRange(line, column + 1, end_line, end_column + 1, bool(hint)))
    return tuple(ranges)
