"""Source places of a contract's instructions, and the protocols for finding them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..errors import ContractError
from .checks import Check

__all__ = ["Found", "NoOrigins", "Origins", "Searchable"]


@dataclass(frozen=True, slots=True)
class Found:
    """An instruction found in a contract: the source's name, line and column, and its check.

    `is_alone`: there is no other check on the line, so the column need not be shown. `suffix`
    is the file name extension of the source's language.
    """

    source: str
    line: int
    column: int
    check: Check | None
    is_alone: bool
    suffix: str = ".cashasm"

    @property
    def file(self) -> str:
        """The source's file name."""
        return self.source + self.suffix

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        named = self.check is not None and self.check.is_named
        return place if named and self.is_alone else f"{place}:{self.column}"


class Searchable(Protocol):
    """A contract whose instructions can be found in a source."""

    @property
    def name(self) -> str: ...
    @property
    def checks(self) -> Sequence[Check]: ...
    def find(self, code: bytes, offset: int, *, at_end: bool = False) -> Sequence[Found]: ...


class Origins(Protocol):
    """A map from a contract's bytes to its source; each source language has an implementation."""

    @property
    def text(self) -> str | None:
        """The source text, or None if it is not known."""
        ...

    @property
    def checks(self) -> Sequence[Check]:
        """All checks of the contract, in the order of the source."""
        ...

    @property
    def scripts(self) -> Sequence[bytes]:
        """The contract's script, and the bodies of its functions that are known."""
        ...

    def at(self, offset: int) -> Found | None:
        """Find the source place of the instruction at a byte of the contract's code."""
        ...

    def find(self, code: bytes, offset: int, *, at_end: bool = False) -> Sequence[Found]:
        """Find the source places of the instruction at `offset` of the script `code`.

        The script is the contract's own or the body of one of its functions. `at_end`: the
        instruction produced the script's final item, which the end of the script checks.
        """
        ...

    def parameters_in(self, code: bytes) -> Iterable[tuple[int, str]]:
        """Find where a script pushes the value of a parameter: the byte and the name.

        The script is the contract's own or the body of one of its functions.
        """
        ...

    def without(self, check: Check) -> tuple[bytes, Origins]:
        """Return the contract's code without a check, and the origins of that code.

        Raises ContractError for a check that cannot be removed.
        """
        ...


@dataclass(frozen=True, slots=True)
class NoOrigins:
    """The origins of a contract whose source is not known."""

    text: None = None
    checks: tuple[Check, ...] = ()
    scripts: tuple[bytes, ...] = ()

    def at(self, offset: int) -> None:  # noqa: ARG002
        """Find nothing: the source is not known."""
        return

    def find(self, code: bytes, offset: int, *, at_end: bool = False) -> tuple[Found, ...]:  # noqa: ARG002
        """Find nothing: the source is not known."""
        return ()

    def parameters_in(self, code: bytes) -> tuple[tuple[int, str], ...]:  # noqa: ARG002
        """Find nothing: the source is not known."""
        return ()

    def without(self, check: Check) -> tuple[bytes, Origins]:
        """Raise ContractError: no check is known."""
        raise ContractError(f"check {check.name!r} cannot be removed: the source is not known")
