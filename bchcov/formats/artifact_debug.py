"""The debug information of CashScript artifacts: lines, requires and logs of each script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..encoding.hexadecimal import decode_hex
from ..encoding.json_fields import Fields
from ..errors import DecodeError, FormatError
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

    `ip` counts the instructions of the frame, in the contract's own behind those that push its
    parameters. It is one past the end where the script's end is the check.
    """

    ip: int
    line: int
    message: str | None


@dataclass(frozen=True, slots=True)
class LoggedItem:
    """A value that `console.log` prints: its place on the stack before instruction `ip`.

    `stack_index` counts from the top, 0 is the top item. `transformations` are instructions
    that bring the value to its place first.
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
    """Instructions that the compiler put in, from `start` to `end`, both of them included.

    `kind` is "pv" for the check of an argument's size, "lg" for that of the locktime, "fu",
    "lc" and "sc" for what loops and scopes need.
    """

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class DebugFrame:
    """What is known of a script's instructions: that of the contract, or of a function.

    `code` is the script that this describes; compilers before 0.11 describe the contract's as
    it was before it was optimised.
    `source` and `source_file` are set for a function that was imported from another file.
    """

    name: str
    code: bytes
    ranges: tuple[SourceRange, ...]
    requires: tuple[Require, ...]
    logs: tuple[LogEntry, ...]
    tags: tuple[SourceTag, ...] = ()
    source: str | None = field(default=None, repr=False)
    source_file: str | None = None


def read_debug(fields: Fields) -> tuple[DebugFrame | None, tuple[DebugFrame, ...]]:
    """Read the field "debug": the frame of the contract, None without it, and its functions'.

    Raises FormatError that names the field.
    """
    if not fields.has("debug"):
        return None, ()
    debug = fields.nested("debug")
    frame = _frame(debug, fields.text("contractName"))
    return frame, tuple(_frame(each, each.text("name")) for each in debug.objects("functions", []))


def _frame(fields: Fields, name: str) -> DebugFrame:
    try:
        ranges = decode_source_map(fields.text("sourceMap", ""))
    except FormatError as error:
        raise fields.error("sourceMap", str(error)) from None
    return DebugFrame(
        name,
        _hex(fields, "bytecode"),
        ranges,
        tuple(
            Require(each.integer("ip"), each.integer("line"), each.text("message", "") or None)
            for each in fields.objects("requires", [])
        ),
        tuple(
            LogEntry(each.integer("ip"), each.integer("line"), tuple(_logged(each)))
            for each in fields.objects("logs", [])
        ),
        tuple(_tags(fields)),
        fields.text("source", "") or None,
        fields.text("sourceFile", "") or None,
    )


def _logged(entry: Fields) -> Iterator[str | LoggedItem]:
    for at, each in enumerate(entry.items("data")):
        if isinstance(each, str):
            yield each
            continue
        if not isinstance(each, dict):
            raise entry.error("data", f"item {at} is neither text nor an object")
        item = Fields(each, f"{entry.path}.data[{at}]")
        yield LoggedItem(
            item.text("type"),
            item.integer("stackIndex"),
            item.integer("ip"),
            item.text("transformations", "") or None,
        )


def _tags(fields: Fields) -> Iterator[SourceTag]:
    for each in filter(None, fields.text("sourceTags", "").split(";")):
        parts = each.split(":")
        if len(parts) != 3 or not parts[0].isdecimal() or not parts[1].isdecimal():
            raise fields.error("sourceTags", f"{each[:40]!a} is not start:end:kind")
        yield SourceTag(int(parts[0]), int(parts[1]), parts[2])


def _hex(fields: Fields, name: str) -> bytes:
    try:
        return decode_hex(fields.text(name))
    except DecodeError as error:
        raise fields.error(name, str(error)) from None
