"""Contracts from files: CashScript artifacts and CashAssembly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import ContractError, FormatError
from ..formats.artifact import read_artifact
from .argument_types import ArgumentValue
from .cashassembly import compile_contract, parameters_in
from .cashscript import artifact_contract
from .contract import Contract, Locking

__all__ = ["load_contract"]

_SUFFIXES = {".json": "a CashScript artifact", ".cashasm": "CashAssembly"}


def load_contract(
    path: str | Path,
    arguments: Sequence[ArgumentValue] | Mapping[str, ArgumentValue] = (),
    *,
    locking: Locking = "p2sh32",
    paths: Mapping[str, str] | None = None,
) -> Contract:
    """Load a contract from a file, with the arguments of its constructor or its parameters.

    A `.json` file is a CashScript artifact, a `.cashasm` file CashAssembly. Arguments are given
    in order or by name; those in order are bound to the parameters that CashAssembly declares.
    `paths` declares spend paths of CashAssembly beside those of the file, as `compile_contract`
    does.

    Raises ContractError for a file that is not there or of another kind, an argument that is
    missing or of another type; FormatError for what is no artifact; AssemblyError.
    """
    file = Path(path)
    if file.suffix not in _SUFFIXES:
        kinds = ", ".join(f"{suffix} ({what})" for suffix, what in _SUFFIXES.items())
        raise ContractError(f"{file.name!a} is of no known kind of contract: {kinds}")
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ContractError(f"{str(file)!a}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ContractError(f"{str(file)!a} is not UTF-8: byte {error.start}") from None
    if file.suffix == ".json":
        if paths:
            raise ContractError(f"{file.name!a}: the spend paths of an artifact are its functions")
        try:
            return artifact_contract(read_artifact(text), arguments, locking=locking)
        except FormatError as error:
            raise FormatError(f"{file.name!a}: {error}") from None
    if not isinstance(arguments, Mapping):
        declared = [each.name for each in parameters_in(text)]
        if len(arguments) != len(declared):
            raise ContractError(
                f"{file.stem}: {len(declared)} parameters are declared"
                f" ({', '.join(declared) or 'none'}), got {len(arguments)} arguments"
            )
        arguments = dict(zip(declared, arguments, strict=True))
    return compile_contract(file.stem, arguments, source=text, paths=paths, locking=locking)
