"""Reading the debug information of CashScript artifacts: lines, requires, logs, tags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..errors import FormatError
from ..transaction.constants import MAX_UINT32
from .fields import Field
from .source_map import SourceRange, decode_source_map

__all__ = [
    "DebugFrame",
    "LogEntry",
    "LoggedItem",
    "Require",
    "SourceTag",
    "read_debug",
]


@dataclass(frozen=True, slots=True)
class Require:
    """A `require` of the source: the instruction that checks it, its line, and its message.

    `ip` is the instruction's number in the script; in the contract's script, instructions that
    push parameters are counted first. If the end of the script is the check, `ip` is one past
    the last instruction.
    """

    ip: int
    line: int
    message: str | None


@dataclass(frozen=True, slots=True)
class LoggedItem:
    """A value that `console.log` prints, as its position on the stack before instruction `ip`.

    `stack_index` is 0 for the top item. `transformations` are instructions to run first, which
    bring the value to this position.
    """

    type: str
    stack_index: int
    ip: int
    transformations: str | None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A `console.log` of the source, printed before instruction `ip`."""

    ip: int
    line: int
    data: tuple[str | LoggedItem, ...]


@dataclass(frozen=True, slots=True)
class SourceTag:
    """Instructions that the compiler added, from `start` to `end` inclusive.

    `kind` is "pv" for the check of an argument's size, "lg" for the check of the locktime, and
    "fu", "lc" or "sc" for instructions of loops and scopes.
    """

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class DebugFrame:
    """The debug information of the contract's script or of a function's.

    `code` is the script described; compilers before 0.11 describe the contract's script before
    optimisation. `source` and `source_file` are set for a function imported from another file.
    """

    name: str
    code: bytes
    ranges: tuple[SourceRange, ...]
    requires: tuple[Require, ...]
    logs: tuple[LogEntry, ...]
    tags: tuple[SourceTag, ...] = ()
    source: str | None = field(default=None, repr=False)
    source_file: str | None = None


def read_debug(artifact: Field) -> tuple[DebugFrame | None, tuple[DebugFrame, ...]]:
    """Read the field "debug" of an artifact: the contract's frame and those of its functions.

    The contract's frame is None if there is no debug information. Raises FormatError, which
    names the field.
    """
    debug = artifact.get("debug")
    if not debug.is_there:
        return None, ()
    frame = _frame(debug, artifact.get("contractName").text())
    functions = debug.get("functions").optional_items()
    return frame, tuple(_frame(each, each.get("name").text()) for each in functions)


def _frame(debug: Field, name: str) -> DebugFrame:
    source_map = debug.get("sourceMap")
    try:
        ranges = decode_source_map(source_map.optional_text() or "")
    except FormatError as error:
        source_map.refuse(f"is not a source map: {error}")
    return DebugFrame(
        name,
        debug.get("bytecode").hexadecimal(),
        ranges,
        tuple(
            Require(
                each.get("ip").number(MAX_UINT32),
                each.get("line").number(MAX_UINT32),
                each.get("message").optional_text(),
            )
            for each in debug.get("requires").optional_items()
        ),
        tuple(
            LogEntry(
                each.get("ip").number(MAX_UINT32),
                each.get("line").number(MAX_UINT32),
                tuple(map(_logged, each.get("data").items())),
            )
            for each in debug.get("logs").optional_items()
        ),
        tuple(_tags(debug.get("sourceTags"))),
        debug.get("source").optional_text(),
        debug.get("sourceFile").optional_text(),
    )


def _logged(item: Field) -> str | LoggedItem:
    if isinstance(item.value, str):
        return item.value
    return LoggedItem(
        item.get("type").text(),
        item.get("stackIndex").number(MAX_UINT32),
        item.get("ip").number(MAX_UINT32),
        item.get("transformations").optional_text(),
    )


def _tags(field: Field) -> Iterator[SourceTag]:
    for each in filter(None, (field.optional_text() or "").split(";")):
        parts = each.split(":")
        if len(parts) != 3 or not parts[0].isdecimal() or not parts[1].isdecimal():
            field.refuse(f"has {each[:40]!a}, not start:end:kind")
        yield SourceTag(int(parts[0]), int(parts[1]), parts[2])
