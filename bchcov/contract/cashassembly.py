"""Compiling contracts from CashAssembly: parameters, spend paths, checks and source places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from ..assembly.assemble import assemble_with_map
from ..assembly.assembler import Binding
from ..assembly.source_map import Assembled
from ..assembly.tokens import normalize_source
from ..encoding.expected import kind_of
from ..errors import ContractError
from ..script.numbers import encode_number
from ..vm.rules.ruleset import RuleSet
from .argument_types import ArgumentValue, encode_argument
from .checks import Check, checks_of
from .contract import Contract, Locking
from .found import Found
from .parameters import Parameter
from .places import Placed, PlacedScript
from .producers import functions_in
from .removal import remove_check
from .source import load_source
from .spend_paths import Argument, parse_arguments, parse_paths, paths_in

__all__ = ["compile_contract", "parameters_in"]

_CACHE_SIZE = 64
_BOUND = re.compile(r"<\s*(?P<name>[a-zA-Z_][.a-zA-Z0-9_-]*)\s*>")
_PARAMETER = re.compile(r"//[^\S\n]*@parameters?\b(?P<declared>[^\n]*)")


@dataclass(frozen=True, slots=True)
class _Index:
    """A contract's checks, and its instructions by script and by source place."""

    script: PlacedScript
    checks: tuple[Check, ...]
    scripts: Mapping[bytes, Sequence[PlacedScript]]
    by_place: Mapping[tuple[str | None, int, int, str], Check]
    by_line: Mapping[tuple[str | None, int], Sequence[Check]]


@dataclass(frozen=True)
class _Origins:
    """The places in a CashAssembly source that the bytes of a contract come from."""

    name: str
    text: str = field(repr=False)
    assembled: Assembled = field(repr=False)
    bindings: Mapping[str, Binding] = field(default_factory=dict, repr=False)

    @property
    def checks(self) -> tuple[Check, ...]:
        return self._index.checks

    @property
    def scripts(self) -> tuple[bytes, ...]:
        script = self._index.script
        _, bodies = functions_in(script)
        return tuple(dict.fromkeys((script.code, *(each.code for each in bodies))))

    def at(self, offset: int) -> Found | None:
        step = self._index.script.at(offset)
        return None if step is None else self._found(step)

    def find(self, code: bytes, offset: int, *, at_end: bool = False) -> tuple[Found, ...]:  # noqa: ARG002
        found: dict[Found, None] = {}
        for each in self._index.scripts.get(code, ()):
            step = each.at(offset)
            if step is not None:
                found[self._found(step)] = None
        return tuple(found)

    def parameters_in(self, code: bytes) -> Iterator[tuple[int, str]]:
        lines: dict[str | None, list[str]] = {}
        for step in (step for each in self._index.scripts.get(code, ()) for step in each.steps):
            if step.source not in lines:
                text = self.text if step.source is None else str(self.bindings[step.source])
                lines[step.source] = normalize_source(text).split("\n")
            match = _BOUND.match(lines[step.source][step.line - 1], step.column - 1)
            if match is not None and not isinstance(self.bindings.get(match["name"], ""), str):
                yield step.offset, match["name"]

    def without(self, check: Check) -> tuple[bytes, _Origins]:
        """Assemble the source without a check, with the same bindings otherwise."""
        text, bindings = self.text, dict(self.bindings)
        if check.source is None:
            text = remove_check(text, check)
        else:
            bindings[check.source] = remove_check(str(bindings[check.source]), check)
        assembled = assemble_with_map(text, bindings)
        return assembled.code, _Origins(self.name, text, assembled, bindings)

    @cached_property
    def _index(self) -> _Index:
        return _make_index(self.text, self.assembled, tuple(self.bindings.items()))

    def __getstate__(self) -> dict[str, object]:
        # The index is not pickled: it is made again when it is needed.
        return {name: value for name, value in self.__dict__.items() if name != "_index"}

    def _found(self, step: Placed) -> Found:
        checks = self._index.by_line.get((step.source, step.line), ())
        name = self.name
        if step.source is not None:
            name = f"{name.rpartition('/')[0]}/{step.source}".removeprefix("/")
        # If later instructions of the line only move the final result, the check is the line's.
        check = self._index.by_place.get((*step.place, step.name))
        if check is None and len(checks) == 1 and checks[0].is_final and checks[0].is_named:
            check = checks[0]
        return Found(name, step.line, step.column, check, len(checks) == 1)


@lru_cache(maxsize=_CACHE_SIZE)
def _make_index(
    source: str, assembled: Assembled, bindings: tuple[tuple[str, Binding], ...]
) -> _Index:
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
    return _Index(script, checks, scripts, by_place, by_line)


def parameters_in(source: str) -> tuple[Argument, ...]:
    """List the parameters declared in a source's comments, as `// @parameter pubkey owner`.

    A comment may declare several, separated by commas. Raises ContractError, which names the
    line, for a declaration that cannot be read and for two parameters of one name.
    """
    found: list[Argument] = []
    for match in _PARAMETER.finditer(source):
        line = source.count("\n", 0, match.start()) + 1
        for each in parse_arguments(match["declared"], f"line {line}"):
            if any(each.name == other.name for other in found):
                raise ContractError(f"line {line}: two parameters are called {each.name!r}")
            found.append(each)
    return tuple(found)


def compile_contract(
    name: str,
    bindings: Mapping[str, ArgumentValue] | None = None,
    *,
    source: str | None = None,
    paths: Mapping[str, str] | None = None,
    locking: Locking = "p2sh32",
    rules: RuleSet | None = None,
) -> Contract:
    """Assemble a contract with its constants.

    The source is read from the folder `contracts` unless it is given as `source`. Parameters
    that it declares, `// @parameter pubkey owner`, take values of their types; any other name
    may be bound to whatever `assemble` accepts. The spend paths are those that the source
    declares, `// @spend move(sig owner, int amount)`, and those in `paths`, by name:
    `{"move": "sig owner, int amount"}`. A source may use opcodes of proposals if `rules` have
    them.

    Raises ContractError for an unknown contract, a parameter that is missing or has the wrong
    type, and a declaration that cannot be read; AssemblyError if the source cannot be assembled.
    """
    text = load_source(name) if source is None else source
    declared = {each.name: each.type for each in parameters_in(text)}
    given = bindings or {}
    missing = [each for each in declared if each not in given]
    if missing:
        raise ContractError(f"{name}: missing parameters: {', '.join(missing)}")
    bound = {each: _bind(name, each, declared.get(each), value) for each, value in given.items()}
    own = {} if rules is None else rules.opcodes_by_name
    opcodes = {each: bytes((code,)) for each, code in own.items()}
    if taken := own.keys() & bound:
        raise ContractError(f"{name}: {min(taken)} is an opcode and cannot be a parameter")
    assembled = assemble_with_map(text, {**bound, **opcodes})
    spends = (*paths_in(text), *parse_paths(paths or {}))
    parameters = tuple(_parameters(declared, bound))
    origins = _Origins(name, text, assembled, {**bound, **opcodes})
    return Contract(name, assembled.code, locking, parameters, spends, origins)


def _bind(contract: str, name: str, type_name: str | None, value: ArgumentValue) -> Binding:
    what = f"{contract}: parameter {name}"
    if type_name is not None:
        encoded = encode_argument(value, type_name, what)
        if not isinstance(encoded, bytes):
            raise ContractError(
                f"{what} must be bytes, not {kind_of(value)}: a contract's parameters cannot"
                " depend on the transaction"
            )
        return encoded
    if not isinstance(value, (bytes, int, str)):
        raise ContractError(
            f"{what} must be bytes, an integer or a source, not {kind_of(value)}: declare its type"
        )
    return value


def _parameters(declared: Mapping[str, str], bound: Mapping[str, Binding]) -> Iterator[Parameter]:
    """Yield the constants that a contract was made with, without those that are sources."""
    for name, value in bound.items():
        if isinstance(value, str):
            continue
        encoded = value if isinstance(value, bytes) else encode_number(value)
        yield Parameter(name, declared.get(name), encoded)
