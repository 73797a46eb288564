"""Reading the fields of untrusted JSON objects, with errors that name the place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import FormatError
from .json_text import JSON
from .printable import printable

__all__ = ["Fields", "decode_object"]

_KINDS = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "an integer"}


def _kind(value: object) -> str:
    if value is None:
        return "null"
    return _KINDS.get(type(value), "a number")


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object and the path that led to it, for errors.

    The methods read one field each, and raise FormatError where it is missing or of another
    type; with `default` a field that is missing or null has that value.
    """

    values: dict[str, Any]
    path: str = ""

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self.values.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        """Read text."""
        found: str = self._read(name, str, default)
        return found

    def integer(self, name: str, default: int | None = None, *, least: int = 0) -> int:
        """Read an integer of at least `least`."""
        found: int = self._read(name, int, default)
        if found < least:
            raise self.error(name, f"expected at least {least}, got {found}")
        return found

    def flag(self, name: str, default: bool | None = None) -> bool:
        """Read true or false."""
        found: bool = self._read(name, bool, default)
        return found

    def nested(self, name: str) -> Fields:
        """Read an object."""
        return Fields(self._read(name, dict, None), self._path(name))

    def items(self, name: str, default: list[Any] | None = None) -> list[Any]:
        """Read a list."""
        found: list[Any] = self._read(name, list, default)
        return found

    def objects(self, name: str, default: list[Any] | None = None) -> Iterator[Fields]:
        """Yield the objects of a list."""
        for at, each in enumerate(self.items(name, default)):
            path = f"{self._path(name)}[{at}]"
            if not isinstance(each, dict):
                raise FormatError(f"{path}: expected an object, got {_kind(each)}")
            yield Fields(each, path)

    def error(self, name: str, message: str) -> FormatError:
        """Make the error for what is wrong with a field."""
        return FormatError(f"{self._path(name)}: {message}")

    def _path(self, name: str) -> str:
        shown = printable(name)
        return f"{self.path}.{shown}" if self.path else shown

    def _read(self, name: str, kind: type, default: object) -> Any:
        value = self.values.get(name)
        if value is None:
            if default is None:
                raise self.error(name, f"expected {_KINDS[kind]}, and the field is missing")
            return default
        if type(value) is not kind:
            raise self.error(name, f"expected {_KINDS[kind]}, got {_kind(value)}")
        return value


def decode_object(text: str, what: str) -> Fields:
    """Decode the text of one JSON object. Raises FormatError that calls it `what`."""
    try:
        value = JSON.decode(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{what} is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise FormatError(f"{what} is a JSON object, not {_kind(value)}")
    return Fields(value)
