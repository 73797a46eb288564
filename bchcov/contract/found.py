"""Where an instruction of a contract stands in its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..errors import ContractError
from .checks import Check

__all__ = ["Found", "Known", "Origins", "Unknown"]


@dataclass(frozen=True, slots=True)
class Found:
    """Where an instruction of a contract stands: the source's name, the place, and the check.

    `is_alone` says that no other instruction of the line can be meant, `suffix` how the files
    of the source's language end.
    """

    source: str
    line: int
    column: int
    check: Check | None
    is_alone: bool
    suffix: str = ".cashasm"

    @property
    def file(self) -> str:
        """The name of the source's file."""
        return self.source + self.suffix

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        named = self.check is not None and self.check.is_named
        return place if named and self.is_alone else f"{place}:{self.column}"


class Known(Protocol):
    """A contract whose instructions can be found in a source."""

    @property
    def name(self) -> str: ...
    @property
    def checks(self) -> Sequence[Check]: ...
    def find(self, code: bytes, offset: int, *, at_end: bool = False) -> Sequence[Found]: ...


class Origins(Protocol):
    """Where the bytes of a contract come from, for each language that contracts are written in."""

    @property
    def text(self) -> str | None:
        """The source, None where it is not known."""
        ...

    @property
    def checks(self) -> Sequence[Check]:
        """Every check of the contract, in the source's order."""
        ...

    def at(self, offset: int) -> Found | None:
        """Find the instruction at a byte of the contract's code."""
        ...

    def find(self, code: bytes, offset: int, *, at_end: bool = False) -> Sequence[Found]:
        """Find the instruction at a byte of a script that ran as part of the contract.

        `at_end` says that the instruction made the item that the script ended with, which is
        checked without an instruction of its own.
        """
        ...

    def without(self, check: Check) -> tuple[bytes, Origins]:
        """Return the contract's code without a check, and where that code comes from.

        Raises ContractError for a check that cannot be taken out.
        """
        ...


@dataclass(frozen=True, slots=True)
class Unknown:
    """The origins of a contract of which only the bytes are known."""

    text: None = None
    checks: tuple[Check, ...] = ()

    def at(self, offset: int) -> None:  # noqa: ARG002
        """Find nothing."""
        return

    def find(self, code: bytes, offset: int, *, at_end: bool = False) -> tuple[Found, ...]:  # noqa: ARG002
        """Find nothing."""
        return ()

    def without(self, check: Check) -> tuple[bytes, Origins]:
        """Raise ContractError: no check is known."""
        raise ContractError(f"{check.name!r} cannot be taken out: the source is not known")
