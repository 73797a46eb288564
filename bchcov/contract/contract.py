"""A contract: a source with its constants filled in, its checks, and where its bytes come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

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
class _Reading:
    """A contract's checks, and what to look its instructions up in."""

    script: PlacedScript
    checks: tuple[Check, ...]
    scripts: Mapping[bytes, Sequence[PlacedScript]]
    by_place: Mapping[tuple[str | None, int, int, str], Check]
    by_line: Mapping[tuple[str | None, int], Sequence[Check]]


@dataclass(frozen=True)
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
        return self._reading.checks

    def place(self, offset: int) -> tuple[str, int, Check | None] | None:
        """The source, the line and the check that this byte of the code comes from.

        The source is this contract's, or one of its folder that it takes in by name.
        """
        step = self._reading.script.at(offset)
        if step is None:
            return None
        found = self._found(step)
        return found.source, found.line, found.check

    def check_at(self, offset: int) -> Check | None:
        """Return the check whose instruction is at this byte of the code."""
        place = self.place(offset)
        return None if place is None else place[2]

    def find(self, code: bytes, offset: int) -> tuple[Found, ...]:
        """Where the instruction at a byte of a script stands that ran as part of this contract.

        The script is the contract's own, or that of a function. There are several places
        where the same function is written more than once, and none where it is not this
        contract's.
        """
        found: dict[Found, None] = {}
        for each in self._reading.scripts.get(code, ()):
            step = each.at(offset)
            if step is not None:
                found[self._found(step)] = None
        return tuple(found)

    @cached_property
    def _reading(self) -> _Reading:
        return _read(self.source, self.assembled, tuple(self.bindings.items()))

    def __getstate__(self) -> dict[str, object]:
        # What is read from a contract stays behind when it travels: it is read again.
        return {name: value for name, value in self.__dict__.items() if name != "_reading"}

    def _found(self, step: Placed) -> Found:
        checks = self._reading.by_line.get((step.source, step.line), ())
        name = self.name
        if step.source is not None:
            name = f"{name.rpartition('/')[0]}/{step.source}".removeprefix("/")
        # A result that a line's last instructions only move: the name is the line's.
        check = self._reading.by_place.get((*step.place, step.name))
        if check is None and len(checks) == 1 and checks[0].is_final and checks[0].is_named:
            check = checks[0]
        return Found(name, step.line, step.column, check, len(checks) == 1)


@lru_cache(maxsize=_KEPT)
def _read(source: str, assembled: Assembled, bindings: tuple[tuple[str, Binding], ...]) -> _Reading:
    script, checks = checks_of(source, assembled, dict(bindings))
    scripts: dict[bytes, list[PlacedScript]] = {}
    for each in script.scripts():
        scripts.setdefault(each.code, []).append(each)
    by_place: dict[tuple[str | None, int, int, str], Check] = {}
    by_line: dict[tuple[str | None, int], list[Check]] = {}
    for check in checks:
        line = check.source, check.line
        by_place.setdefault((*line, check.column, check.opcode), check)
        by_line.setdefault(line, []).append(check)
    return _Reading(script, checks, scripts, by_place, by_line)


def compile_contract(
    name: str, bindings: Mapping[str, Binding], *, source: str | None = None
) -> Contract:
    """Assemble a contract with its constants; `source` stands in for that of the folder.

    Raises ContractError for a name that is not there, AssemblyError for what cannot be
    assembled.
    """
    text = load_source(name) if source is None else source
    return Contract(name, text, assemble_with_map(text, bindings), bindings)
