"""Scripts of a template to bytes: each after those that it is made of.

Source: libauth, compileScript.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from ...assembly.assembler import Assembler, Binding
from ...assembly.hints import describe_unknown
from ...assembly.source_map import Assembled
from ...assembly.tokens import NAME, Source, normalize_source
from ...errors import AssemblyError, TemplateError
from ...script.opcodes import OPCODES_BY_NAME
from ...script.patterns import p2sh20, p2sh32
from ...script.pushes import encode_push
from ...transaction.constants import LOCKTIME_THRESHOLD, SEQUENCE_FINAL
from ...vm.rules.ruleset import RuleSet
from .data import CompilationData, check_data
from .sources import Sources
from .variables import BUILT_IN, script_behind, variable_value

__all__ = ["assemble_script", "compile_script", "identifiers_of", "placed"]

_MAX_NESTED = 100


def _source(text: str, script_id: str) -> Source:
    # Published templates have literals with an odd number of digits.
    return Source(normalize_source(text, script_id), script_id, splits_digits=True)


# Scenarios compile the same scripts for each of their inputs and outputs.
@lru_cache(maxsize=512)
def identifiers_of(text: str, script_id: str) -> tuple[tuple[str, int], ...]:
    """Find every identifier in a script, opcodes included, and the offset that it begins at.

    Raises AssemblyError.
    """
    return tuple(
        (name, at) for kind, name, _, at in _source(text, script_id).tokens() if kind == NAME
    )


@dataclass(slots=True)
class _Opened:
    """A script that is being compiled: what its identifiers up to `at` have become."""

    script_id: str
    text: str
    identifiers: tuple[tuple[str, int], ...]
    at: int = 0
    values: dict[str, Binding | Assembled] = field(default_factory=dict)

    @property
    def source(self) -> Source:
        return _source(self.text, self.script_id)


class _Compiler:
    """Compiles a script and all that it needs, each once. A list instead of recursion."""

    def __init__(self, sources: Sources, data: CompilationData, rules: RuleSet) -> None:
        self._sources = sources
        self._data = data
        self._rules = rules
        self._finished: dict[str, Assembled] = {}
        self._opened: list[_Opened] = []

    def compile(self, script_id: str) -> Assembled:
        self._open(script_id)
        while self._opened:
            opened = self._opened[-1]
            if opened.at < len(opened.identifiers):
                name, at = opened.identifiers[opened.at]
                # Where a script has to be compiled first, the same identifier comes again.
                opened.at += name in opened.values or self._resolve(opened, name, at)
            else:
                self._finished[opened.script_id] = self._assemble(opened)
                self._opened.pop()
        return self._finished[script_id]

    def _error(self, opened: _Opened, at: int, message: str, missing: str = "") -> TemplateError:
        place = opened.source.locate(at)
        return TemplateError(
            message,
            script=opened.script_id,
            line=place.line,
            column=place.column,
            missing=missing,
        )

    def _open(self, script_id: str) -> None:
        text = self._sources.texts[script_id]
        try:
            self._opened.append(_Opened(script_id, text, identifiers_of(text, script_id)))
        except AssemblyError as error:
            raise placed(error, script_id) from None

    def _needs(self, opened: _Opened, at: int, script_id: str) -> bool:
        """Whether a script has to be compiled first: then it is opened."""
        if script_id in self._finished:
            return False
        path = [each.script_id for each in self._opened]
        if script_id in path:
            circle = " -> ".join([*path[path.index(script_id) :], script_id])
            raise self._error(opened, at, f"{script_id!r} is made of itself: {circle}")
        if len(path) >= _MAX_NESTED:
            raise self._error(opened, at, f"scripts nested more than {_MAX_NESTED} deep")
        self._open(script_id)
        return True

    def _resolve(self, opened: _Opened, name: str, at: int) -> bool:
        """Find the value of an identifier; False where a script has to be compiled first."""
        sources = self._sources
        if name in OPCODES_BY_NAME:
            return True
        first = name.split(".")[0]
        if first not in BUILT_IN and first not in sources.variables:
            if name not in sources.texts:
                known = [*sources.texts, *sources.variables, *BUILT_IN]
                raise self._error(opened, at, describe_unknown(name, known))
            if self._needs(opened, at, name):
                return False
            opened.values[name] = self._finished[name]
            return True
        try:
            behind = script_behind(name, opened.script_id, sources, self._data)
            if behind is not None and self._needs(opened, at, behind):
                return False
            code = self._finished[behind].code if behind is not None else b""
            opened.values[name] = variable_value(name, code, sources, self._data)
        except TemplateError as error:
            if error.script:
                raise
            raise self._error(opened, at, error.message, error.missing) from None
        return True

    def _assemble(self, opened: _Opened) -> Assembled:
        try:
            assembler = Assembler(opened.values, self._rules)
            return assembler.assemble(opened.source)
        except AssemblyError as error:
            raise placed(error, opened.script_id) from None


def placed(error: AssemblyError, script_id: str) -> TemplateError:
    """Make the error of a template that an error in one of its scripts is."""
    message = error.message
    if error.binding is not None:
        message = message.removeprefix(f"in {error.binding!r}: ")
    return TemplateError(message, script=script_id, line=error.line, column=error.column)


def assemble_script(
    script_id: str, sources: Sources, data: CompilationData, rules: RuleSet
) -> Assembled:
    """Compile a script as it is written, without what its being hashed adds to it.

    Evaluations run under `rules`. Each span has the script that it comes from as its source.
    Raises TemplateError with script, line and column.
    """
    if script_id not in sources.texts:
        raise TemplateError(f"no script is called {script_id[:80]!r}")
    check_data(data)
    return _Compiler(sources, data, rules).compile(script_id)


def compile_script(
    script_id: str, sources: Sources, data: CompilationData, rules: RuleSet
) -> bytes:
    """Compile a script as it stands in a transaction: a hashed lock, an unlock with its push.

    Raises TemplateError as `assemble_script` does, and where the transaction's locktime is
    not of the kind that the script needs.
    """
    _check_time_lock(script_id, sources, data)
    code = assemble_script(script_id, sources, data, rules).code
    locking_type = sources.locking_types.get(script_id)
    if locking_type == "p2sh20":
        return p2sh20(code)
    if locking_type == "p2sh32":
        return p2sh32(code)
    unlocked = sources.unlocks.get(script_id)
    if unlocked is not None and sources.locking_types.get(unlocked) in ("p2sh20", "p2sh32"):
        return code + encode_push(assemble_script(unlocked, sources, data, rules).code)
    return code


def _check_time_lock(script_id: str, sources: Sources, data: CompilationData) -> None:
    kind = sources.time_lock_types.get(script_id)
    if kind is None or data.context is None:
        return
    transaction = data.context.transaction
    is_height = transaction.locktime < LOCKTIME_THRESHOLD
    if is_height is not (kind == "height"):
        raise TemplateError(
            f"it needs a {kind} as locktime, and that of the transaction is"
            f" {transaction.locktime:,} ({LOCKTIME_THRESHOLD:,} is the first timestamp)",
            script=script_id,
        )
    if transaction.inputs[data.input].sequence == SEQUENCE_FINAL:
        raise TemplateError(
            "it needs a locktime, and the sequence number of its input, 0xffffffff, disables it",
            script=script_id,
        )
