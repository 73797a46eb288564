"""Spend paths: the ways to unlock a contract, each with named and typed arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ..errors import ContractError
from ..transaction.context import TransactionContext
from .argument_types import check_type

__all__ = ["Argument", "PathCompiler", "SpendPath", "parse_arguments", "parse_paths", "paths_in"]

_IDENTIFIER = r"[a-zA-Z_][a-zA-Z0-9_]*"
_ARGUMENT = re.compile(rf"\s*(?P<type>[a-z0-9]+)\s+(?P<name>{_IDENTIFIER})\s*")
_DECLARED = re.compile(
    rf"//[^\S\n]*@spend[^\S\n]+(?P<name>{_IDENTIFIER})[^\S\n]*\((?P<arguments>[^)\n]*)\)"
    r"[^\S\n]*(?::(?P<unlocking>[^\n]*))?(?P<rest>[^\n]*)"
)
_BEGINS = re.compile(r"//[^\S\n]*@spend\b[^\n]*")


@dataclass(frozen=True, slots=True)
class Argument:
    """A named argument and its type. Raises ContractError for an unknown type."""

    name: str
    type: str

    def __post_init__(self) -> None:
        check_type(self.type)

    def __str__(self) -> str:
        return f"{self.type} {self.name}"


class PathCompiler(Protocol):
    """Makes the whole unlocking bytecode of a path from its encoded arguments."""

    def largest_size(self, values: Mapping[str, bytes]) -> int:
        """Return the most bytes that it has."""
        ...

    def compile(
        self, values: Mapping[str, bytes], context: TransactionContext, index: int
    ) -> bytes:
        """Make it for an input of a transaction that is complete otherwise."""
        ...


@dataclass(frozen=True, slots=True)
class SpendPath:
    """One way to unlock a contract.

    `unlocking` is the unlocking script in CashAssembly, without the redeem script; it refers to
    the arguments by name. If it is None, the arguments are pushed in order, the last on top.
    A `compiler` takes the place of both.
    Raises ContractError for two arguments of one name.
    """

    name: str
    arguments: tuple[Argument, ...] = ()
    unlocking: str | None = None
    compiler: PathCompiler | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        names = [each.name for each in self.arguments]
        for name in names:
            if names.count(name) > 1:
                raise ContractError(f"{self.name}: two arguments are called {name!r}")

    @property
    def source(self) -> str:
        """The unlocking script in CashAssembly."""
        if self.unlocking is not None:
            return self.unlocking
        return " ".join(f"<{each.name}>" for each in self.arguments)

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.arguments))})"


def parse_arguments(text: str, what: str) -> tuple[Argument, ...]:
    """Parse a declaration of arguments, as "sig owner, int amount". Raises ContractError."""
    if not text.strip():
        return ()
    arguments = []
    for part in text.split(","):
        match = _ARGUMENT.fullmatch(part)
        if match is None:
            raise ContractError(f"{what}: expected 'TYPE NAME', got {part.strip()!r}")
        arguments.append(Argument(match["name"], match["type"]))
    return tuple(arguments)


def parse_paths(paths: Mapping[str, str]) -> tuple[SpendPath, ...]:
    """Parse spend paths, given as a mapping from their names to their declarations.

    A declaration lists the arguments, as "sig owner, int amount". If the unlocking script does
    more than push them in order, it follows after a colon: "sig owner: <owner> OP_1". Raises
    ContractError.
    """
    made = []
    for name, declared in paths.items():
        arguments, colon, unlocking = declared.partition(":")
        made.append(
            SpendPath(name, parse_arguments(arguments, name), unlocking.strip() if colon else None)
        )
    return tuple(made)


def paths_in(source: str) -> Iterator[SpendPath]:
    """Yield the spend paths that are declared in a source's comments.

    Examples: `// @spend move(sig owner, int amount)`, and with an unlocking script
    `// @spend recover(sig owner): <owner> OP_1`. Raises ContractError, which names the line.
    """
    for begun in _BEGINS.finditer(source):
        line = source.count("\n", 0, begun.start()) + 1
        match = _DECLARED.fullmatch(begun[0])
        if match is None or match["rest"].strip():
            raise ContractError(
                f"line {line}: expected '@spend NAME(TYPE NAME, ...)' or"
                f" '@spend NAME(TYPE NAME, ...): UNLOCKING SCRIPT', got {begun[0][:80]!r}"
            )
        unlocking = match["unlocking"]
        yield SpendPath(
            match["name"],
            parse_arguments(match["arguments"], f"line {line}: {match['name']}"),
            None if unlocking is None else unlocking.strip(),
        )
