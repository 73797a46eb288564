"""Which engine runs: the compiled one, or the same sources as they are.

An installation has both where it was compiled. Python loads a compiled module before a source,
unless BCHCOV_PURE=1 in the environment asks for the sources.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from importlib.util import find_spec
from types import ModuleType

__all__ = ["choose_sources", "engine_name"]


class _Sources:
    """Finds this package's modules among its sources only."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module of this package, and leave all others to Python."""
        if not name.startswith(f"{__package__}."):
            return None
        for folder in path or ():
            found = FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES)).find_spec(name, target)
            if found is not None:
                return found
        return None


def choose_sources() -> None:
    """Load from now on no compiled module of this package; call it before any is loaded."""
    if _Sources not in sys.meta_path:
        sys.meta_path.insert(0, _Sources)


def engine_name() -> str:
    """Return "compiled" or "pure Python", for the engine that runs in this process."""
    spec = find_spec(".vm.machine", __package__)
    is_source = spec is None or str(spec.origin).endswith(tuple(SOURCE_SUFFIXES))
    return "pure Python" if is_source else "compiled"
