"""The parts of a CashAssembly source, each with the place where it begins."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Evaluation", "Identifier", "Literal", "Node", "Place", "Push"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a source; lines and columns count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Literal:
    """Bytes (written as hexadecimal digits, binary digits or text) or an integer."""

    value: bytes | int
    place: Place


@dataclass(frozen=True, slots=True)
class Identifier:
    """The name of an opcode or of a binding."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Push:
    """`<...>`: push the bytes that `body` assembles to."""

    body: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`$(...)`: run the script that `body` assembles to and take the one item it leaves."""

    body: tuple[Node, ...]
    place: Place


Node = Literal | Identifier | Push | Evaluation
