"""Loading contracts from files: CashScript artifacts and CashAssembly sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path

from ..encoding.expected import kind_of
from ..errors import ContractError, FormatError
from ..formats.artifact import read_artifact
from ..vm.rules.ruleset import RuleSet
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
    rules: RuleSet | None = None,
) -> Contract:
    """Load a contract from a file, with its constructor's arguments or its parameters.

    A `.json` file is a CashScript artifact, a `.cashasm` file a CashAssembly source. Arguments
    are given in order or by name; for CashAssembly, the order is that of the parameter
    declarations. `paths` adds spend paths to those that a CashAssembly file declares, as in
    `compile_contract`, and `rules` may have opcodes of proposals that such a file uses.

    Raises ContractError for a file that cannot be read or has another extension, and for a
    missing argument or one of the wrong type; FormatError for an invalid artifact;
    AssemblyError if the source cannot be assembled.
    """
    if not isinstance(path, str | PathLike):
        raise ContractError(f"expected the path of a file, not {kind_of(path)}")
    file = Path(path)
    if file.suffix not in _SUFFIXES:
        kinds = ", ".join(f"{suffix} ({what})" for suffix, what in _SUFFIXES.items())
        raise ContractError(f"unknown kind of contract file {file.name!a}: expected {kinds}")
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ContractError(f"{str(file)!a}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ContractError(f"{str(file)!a}: invalid UTF-8 at byte {error.start}") from None
    if file.suffix == ".json":
        if paths:
            raise ContractError(
                f"{file.name!a}: an artifact takes no paths: its functions are the spend paths"
            )
        try:
            return artifact_contract(read_artifact(text), arguments, locking=locking)
        except FormatError as error:
            raise FormatError(f"{file.name!a}: {error}") from None
    if not isinstance(arguments, Mapping):
        declared = [each.name for each in parameters_in(text)]
        if len(arguments) != len(declared):
            raise ContractError(
                f"{file.stem}: expected {len(declared)} arguments, for the declared parameters"
                f" ({', '.join(declared) or 'none'}), got {len(arguments)}"
            )
        arguments = dict(zip(declared, arguments, strict=True))
    return compile_contract(
        file.stem, arguments, source=text, paths=paths, locking=locking, rules=rules
    )
