"""A decoded script: its bytes, and the steps that the machine runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ..script.pushes import Instruction, instructions

__all__ = ["Program", "Step"]

# (data, run, takes, grows, is_control). For a push `takes` is its cost, the data's length.
# A plain tuple unpacks faster than a NamedTuple does in CPython 3.11, by about a tenth
# of a whole step.
Step = tuple[bytes | None, Callable[..., Any], int, bool, bool]


class Program(NamedTuple):
    """A decoded script: its bytes and its steps."""

    code: bytes
    steps: tuple[Step, ...]

    def instructions(self) -> Iterator[Instruction]:
        """Yield the instruction at each position of the script."""
        return instructions(self.code)
