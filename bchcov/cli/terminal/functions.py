"""Functions of the user's own files of Python, as options name them: FILE.py:FUNCTION."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import click

__all__ = ["load_function"]


def load_function(path: Path, name: str) -> Callable[[], object]:
    """Load a function of a file. Raises click.ClickException where there is none.

    What the file itself raises is raised.
    """
    spec = spec_from_file_location(f"bchcov_file_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise click.ClickException(f"{path} is no file of Python")
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (OSError, SyntaxError, ImportError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path} cannot be loaded: {error}") from error
    found: Callable[[], object] | None = getattr(module, name, None)
    if not callable(found):
        raise click.ClickException(f"{path} has no function {name}")
    return found
