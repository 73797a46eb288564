"""Scripts and sources for readers: the instructions around one, the lines around one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..assembly import disassemble_lines
from ..contract.contract import Contract
from ..contract.found import Found
from ..vm.rules.ruleset import RuleSet
from .names import Names

__all__ = ["ListedLine", "around", "instructions_of", "places_of", "source_around"]

_MOST_TEXT = 72


@dataclass(frozen=True, slots=True)
class ListedLine:
    """A line of a listing: the byte or line number, the text, and whether it is the one meant."""

    number: int
    text: str
    is_marked: bool = False


@lru_cache(maxsize=256)
def instructions_of(code: bytes, rules: RuleSet | None = None) -> tuple[tuple[int, str], ...]:
    """Return the byte and the assembly of each instruction of a script."""
    return tuple(disassemble_lines(code, rules))


def around(
    code: bytes, offset: int | None, names: Names, rules: RuleSet, *, lines: int = 4
) -> list[ListedLine]:
    """List the instructions around the one at a byte, `lines` before and half as many after."""
    every = instructions_of(code, rules)
    place = len(every) if offset is None else 0
    for at, (start, _) in enumerate(every):
        if offset is not None and start <= offset:
            place = at
    first = max(0, place - lines)
    return [
        ListedLine(start, short_text(text, names), start == offset)
        for start, text in every[first : place + 1 + lines // 2]
    ]


def short_text(text: str, names: Names) -> str:
    """Shorten a push of many bytes, and say its name if it has one."""
    if not text.startswith("<0x") and len(text) <= _MOST_TEXT:
        return text
    pushed = text.removeprefix("<0x").removesuffix(">")
    try:
        value = bytes.fromhex(pushed)
    except ValueError:
        value = b""
    name = names.of(value)
    if len(text) > _MOST_TEXT or (name and len(text) > 30):
        text = f"{text[:19]}...{text[-9:]} ({len(value)} bytes)"
    return f"{text} {name}".rstrip()


def places_of(
    contracts: tuple[Contract, ...], code: bytes, offset: int, *, at_end: bool = False
) -> tuple[tuple[Contract, Found], ...]:
    """Find where in the sources of contracts an instruction may come from."""
    return tuple(
        (contract, found)
        for contract in contracts
        for found in contract.find(code, offset, at_end=at_end)
    )


def source_around(contract: Contract, found: Found, *, lines: int = 2) -> list[ListedLine]:
    """List the lines of a source around a place; empty if the text is not known.

    Of a contract's sources only its own is known here, not those that are bound to names.
    """
    text = contract.text
    if text is None or found.source.rpartition("/")[2] != contract.name.rpartition("/")[2]:
        return []
    every = text.replace("\r\n", "\n").split("\n")
    first = max(1, found.line - lines)
    return [
        ListedLine(number, every[number - 1].rstrip().expandtabs(4), number == found.line)
        for number in range(first, min(len(every), found.line + lines) + 1)
        if every[number - 1].strip() or number == found.line
    ]
