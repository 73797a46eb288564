"""Which variables a script needs, its own and those of the scripts in it."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import AssemblyError, TemplateError
from .compiling import identifiers_of, placed
from .data import CompilationData
from .model import Variable
from .sources import Sources
from .variables import BUILT_IN, script_behind

__all__ = ["VariableUse", "variables_of"]


@dataclass(frozen=True, slots=True)
class VariableUse:
    """A variable that a script needs, who provides it, and the identifiers it stands in.

    `identifiers` are written in full, as "owner.schnorr_signature.all_outputs".
    """

    name: str
    entity: str
    variable: Variable
    identifiers: tuple[str, ...]


def variables_of(script_id: str, sources: Sources) -> tuple[VariableUse, ...]:
    """Find the variables of a script, each once, in the order in which they are met.

    Scripts that its signatures cover or sign count, as they have to be compiled too. Raises
    TemplateError for a script that is not there, or cannot be parsed.
    """
    found: dict[str, dict[str, None]] = {}
    to_visit, visited = [script_id], set()
    while to_visit:
        name = to_visit.pop()
        if name in visited:
            continue
        visited.add(name)
        inner = []
        for identifier in _identifiers(name, sources):
            first = identifier.split(".")[0]
            if first in sources.variables:
                found.setdefault(first, {})[identifier] = None
            elif first not in BUILT_IN:
                inner += [identifier] if identifier in sources.texts else []
                continue
            behind = script_behind(identifier, name, sources, CompilationData())
            inner += [] if behind is None else [behind]
        to_visit += reversed(inner)
    return tuple(
        VariableUse(name, sources.owners[name], sources.variables[name], tuple(identifiers))
        for name, identifiers in found.items()
    )


def _identifiers(script_id: str, sources: Sources) -> list[str]:
    if script_id not in sources.texts:
        raise TemplateError(f"no script is called {script_id[:80]!r}")
    try:
        return [name for name, _ in identifiers_of(sources.texts[script_id], script_id)]
    except AssemblyError as error:
        raise placed(error, script_id) from None
