"""Stack items for readers: numbers as numbers, bytes shortened, known values by name."""

from __future__ import annotations

from dataclasses import dataclass

from ..encoding.printable import printable
from ..script.numbers import decode_number, is_minimal
from .names import Names

__all__ = ["ShownItem", "shorten", "show_item"]

_MOST_NUMBER = 8
_SHOWN_BYTES = 12


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item of a stack and how it reads: its hexadecimal, its number, its text, its name.

    `number` is None for an item that is long or not minimally encoded; `text` and `name` are
    empty if there is none, and so is `origin`, which says what made it.
    """

    value: bytes
    number: int | None
    text: str
    name: str
    origin: str = ""

    @property
    def hex(self) -> str:
        """The item in hexadecimal, 0x in front."""
        return f"0x{self.value.hex()}"

    def __str__(self) -> str:
        said = shorten(self.value) if self.value else "empty"
        if self.number is not None:
            said = f"{self.number:,} ({said})" if self.value else "0 (empty)"
        if self.text:
            said += f' "{self.text}"'
        origin = "" if self.origin == self.name else self.origin
        name = f" = {self.name}" if self.name else ""
        # What it is comes before its name, only where it comes from behind.
        if origin.startswith("made by"):
            return f"{said}{name}, {origin}"
        return f"{said}, {origin}{name}" if origin else f"{said}{name}"


def shorten(value: bytes, most: int = _SHOWN_BYTES) -> str:
    """Write bytes in hexadecimal; of long ones both ends, and how many there are."""
    if len(value) <= most + 2:
        return f"0x{value.hex()}"
    half = most // 2
    return f"0x{value[:half].hex()}...{value[-half:].hex()} ({len(value):,} bytes)"


def _text(value: bytes) -> str:
    """Return an item that is plain text; short numbers happen to be text too, so these are not."""
    if not 5 <= len(value) <= 60 or not all(32 <= each < 127 for each in value):
        return ""
    return value.decode("ascii")


def show_item(value: bytes, names: Names, origin: str = "") -> ShownItem:
    """Say what an item is; `origin` says what made it."""
    number = decode_number(value) if len(value) <= _MOST_NUMBER and is_minimal(value) else None
    text = _text(value)
    name = names.of(value)
    if not name and names.displayed(value):
        name = f"{names.displayed(value)}, reversed as it is displayed"
    return ShownItem(value, None if text else number, text, printable(name), origin)
