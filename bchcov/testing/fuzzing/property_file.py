"""A property in a file of Python, loaded where it is used: also in another process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from ...errors import ContractError
from ...transaction.model import Output, Transaction
from .promises import Property

__all__ = ["PropertyFile"]


@dataclass(frozen=True)
class PropertyFile:
    """The function of a name in a file, called as a property.

    What the file itself raises when it is loaded, or the function when it is called, is raised.
    """

    path: Path
    name: str

    def __call__(self, transaction: Transaction, source_outputs: Sequence[Output]) -> str | None:
        """Say what a transaction breaks, None for nothing. Raises ContractError for no sentence."""
        said = self.function(transaction, source_outputs)
        if said is not None and not isinstance(said, str):
            kind = type(said).__name__
            raise ContractError(
                f"{self.name} of {self.path} must return a sentence or None, not {kind}"
            )
        return said

    @cached_property
    def function(self) -> Property:
        """Load the function. Raises ContractError where there is none."""
        spec = spec_from_file_location(f"bchcov_property_{self.path.stem}", self.path)
        if spec is None or spec.loader is None or not self.path.is_file():
            raise ContractError(f"{self.path} is no file of Python")
        module = module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except (OSError, SyntaxError, ImportError, UnicodeDecodeError) as error:
            raise ContractError(f"{self.path} cannot be loaded: {error}") from error
        found: object = getattr(module, self.name, None)
        if not callable(found):
            raise ContractError(f"{self.path} has no function {self.name}")
        return found

    def __getstate__(self) -> tuple[Path, str]:
        # A function of a file that is no module of the path does not travel.
        return self.path, self.name

    def __setstate__(self, state: tuple[Path, str]) -> None:
        path, name = state
        object.__setattr__(self, "path", path)
        object.__setattr__(self, "name", name)
