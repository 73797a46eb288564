"""What a user's own file of Python defines, loaded once in each process that needs it."""

from __future__ import annotations

import sys
from hashlib import sha256
from types import ModuleType
from typing import TYPE_CHECKING

from ...errors import RulesError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["load_file", "place_of", "restore"]


def load_file(path: str | Path) -> ModuleType:
    """Load a file of Python, or return what was loaded of it before.

    Raises RulesError for a file that cannot be loaded; what it raises itself is raised.
    """
    # Loaded by those who have such files: whoever imports the engine would wait for them.
    from importlib.util import module_from_spec, spec_from_file_location
    from pathlib import Path

    full = Path(path).resolve()
    # Known as modules are, so that what it defines is found when it is to be pickled.
    name = f"bchcov_rules_{sha256(str(full).encode()).hexdigest()[:16]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, full)
    if spec is None or spec.loader is None or not full.is_file():
        raise RulesError(f"{path} is no file of Python")
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, (OSError, SyntaxError, ImportError, UnicodeDecodeError)):
            raise RulesError(f"{path} cannot be loaded: {error}") from error
        raise
    return module


def place_of(value: object) -> tuple[str, str | None, str] | None:
    """Find the module, its file and the name in it that an object has; None for no such name."""
    for module in list(sys.modules.values()):
        for name, each in list(getattr(module, "__dict__", {}).items()):
            if each is value:
                return module.__name__, getattr(module, "__file__", None), name
    return None


def restore(module: str, path: str | None, name: str) -> object:
    """Find what another process had pickled: an attribute of a module, or of a file."""
    known = sys.modules.get(module)
    if known is None or getattr(known, "__file__", None) != path or not hasattr(known, name):
        if path is None:
            raise RulesError(f"{name} of {module} is not there: it was not made in a file")
        known = load_file(path)
    return getattr(known, name)
