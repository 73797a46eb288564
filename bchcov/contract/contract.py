"""A contract: a source with its constants filled in, its checks, and where its bytes come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from ..assembly.assemble import assemble_with_map
from ..assembly.assembler import Binding
from ..assembly.source_map import Assembled
from .checks import Check, checks_of
from .places import Placed, PlacedScript
from .source import load_source

__all__ = ["Contract", "Found", "compile_contract"]

_KEPT = 64


@dataclass(frozen=True, slots=True)
class Found:
    """Where an instruction of a contract stands: the source's name, the place, and the check.

    `is_alone` says that no other instruction of the line can be meant.
    """

    source: str
    line: int
    column: int
    check: Check | None
    is_alone: bool

    def __str__(self) -> str:
        place = f"{self.source}.cashasm:{self.line}"
        named = self.check is not None and self.check.is_named
        return place if named and self.is_alone else f"{place}:{self.column}"


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract with its constants filled in: `code` is what runs."""

    name: str
    source: str = field(repr=False)
    assembled: Assembled = field(repr=False)
    bindings: Mapping[str, Binding] = field(default_factory=dict, repr=False)

    @property
    def code(self) -> bytes:
        """The script."""
        return self.assembled.code

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every check of the source and of those it takes in, in their order."""
        return self._read()[1]

    def place(self, offset: int) -> tuple[str, int, Check | None] | None:
        """The source, the line and the check that this byte of the code comes from.

        The source is this contract's, or one of its folder that it takes in by name.
        """
        script, _ = self._read()
        step = script.at(offset)
        if step is None:
            return None
        found = self._found(step)
        return found.source, found.line, found.check

    def check_at(self, offset: int) -> Check | None:
        """The check whose instruction stands at this byte of the code."""
        place = self.place(offset)
        return None if place is None else place[2]

    def find(self, code: bytes, offset: int) -> tuple[Found, ...]:
        """Where the instruction at a byte of a script stands that ran as part of this contract.

        The script is the contract's own, or that of a function. There are several places
        where the same function is written more than once, and none where it is not this
        contract's.
        """
        script, _ = self._read()
        found: dict[Found, None] = {}
        for each in script.scripts():
            step = each.at(offset) if each.code == code else None
            if step is not None:
                found[self._found(step)] = None
        return tuple(found)

    def _read(self) -> tuple[PlacedScript, tuple[Check, ...]]:
        return _read(self.source, self.assembled, tuple(self.bindings.items()))

    def _found(self, step: Placed) -> Found:
        checks = [
            each for each in self._read()[1] if (each.source, each.line) == (step.source, step.line)
        ]
        here = [each for each in checks if (each.column, each.opcode) == (step.column, step.name)]
        name = self.name
        if step.source is not None:
            name = f"{name.rpartition('/')[0]}/{step.source}".removeprefix("/")
        # A result that a line's last instructions only move: the name is the line's.
        finals = [each for each in checks if each.is_final and each.is_named]
        check = here[0] if here else finals[0] if len(checks) == len(finals) == 1 else None
        return Found(name, step.line, step.column, check, len(checks) == 1)


@lru_cache(maxsize=_KEPT)
def _read(
    source: str, assembled: Assembled, bindings: tuple[tuple[str, Binding], ...]
) -> tuple[PlacedScript, tuple[Check, ...]]:
    return checks_of(source, assembled, dict(bindings))


def compile_contract(
    name: str, bindings: Mapping[str, Binding], *, source: str | None = None
) -> Contract:
    """Assemble a contract with its constants; `source` stands in for that of the folder.

    Raises ContractError for a name that is not there, AssemblyError for what cannot be
    assembled.
    """
    text = load_source(name) if source is None else source
    return Contract(name, text, assemble_with_map(text, bindings), bindings)
