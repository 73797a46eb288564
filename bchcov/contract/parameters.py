"""The parameters that a contract was made with."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Parameter"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a contract and the bytes of its value.

    `type` is one of the argument types (`check_type`), or None if none is declared.
    """

    name: str
    type: str | None
    value: bytes = field(repr=False)
