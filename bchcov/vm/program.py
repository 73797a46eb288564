"""A decoded script: its bytes, and the steps that the machine runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..script.pushes import Instruction, instructions

__all__ = ["Program", "Step"]

# (data, run, takes, grows, is_control): bytes or None, a function, an int and two bools. For a
# push `takes` is its cost, the data's length. A plain tuple unpacks faster than a NamedTuple does
# in CPython 3.11, by about a tenth of a whole step. A tuple of Any stays the object that it is
# when it is compiled: the same steps are in many scripts.
Step = tuple[Any, ...]


class Program(NamedTuple):
    """A decoded script: its bytes and its steps."""

    code: bytes
    steps: tuple[Step, ...]

    def instructions(self) -> Iterator[Instruction]:
        """Yield the instruction at each position of the script."""
        return instructions(self.code)
