"""Contracts from CashScript artifacts, with their constructor arguments and spend paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..encoding.expected import kind_of
from ..errors import ContractError
from ..formats.artifact import Artifact, ArtifactInput
from ..script.pushes import encode_push
from .argument_types import ArgumentValue, encode_argument
from .cashscript_origins import CashScriptOrigins
from .contract import Contract, Locking
from .parameters import Parameter
from .spend_paths import Argument, SpendPath

__all__ = ["artifact_contract"]


def artifact_contract(
    artifact: Artifact,
    arguments: Sequence[ArgumentValue] | Mapping[str, ArgumentValue] = (),
    *,
    locking: Locking = "p2sh32",
) -> Contract:
    """Make a contract from an artifact and its constructor's arguments, in order or by name.

    Its spend paths are the functions of the artifact's ABI. Raises ContractError for a missing
    or unknown argument, and for a value of the wrong type.
    """
    values = _given(artifact, arguments)
    parameters = []
    for each, value in zip(artifact.constructor, values, strict=True):
        encoded = encode_argument(value, each.type, f"{artifact.name}: {each.type} {each.name}")
        if not isinstance(encoded, bytes):
            raise ContractError(
                f"{artifact.name}: {each.type} {each.name} must be bytes, not {kind_of(value)}:"
                " a contract's parameters cannot depend on the transaction"
            )
        parameters.append(Parameter(each.name, each.type, encoded))
    pushes = b"".join(encode_push(each.value) for each in reversed(parameters))
    code = pushes + artifact.code
    return Contract(
        artifact.name,
        code,
        locking,
        tuple(parameters),
        tuple(_paths(artifact)),
        CashScriptOrigins(artifact, code),
    )


def _given(
    artifact: Artifact, arguments: Sequence[ArgumentValue] | Mapping[str, ArgumentValue]
) -> list[ArgumentValue]:
    """Put the arguments into the constructor's order."""
    what = (
        f"{artifact.name}({', '.join(f'{each.type} {each.name}' for each in artifact.constructor)})"
    )
    if not isinstance(arguments, Mapping):
        if isinstance(arguments, (str, bytes)) or not isinstance(arguments, Sequence):
            raise ContractError(
                f"{what}: arguments must be a sequence or a mapping, not {kind_of(arguments)}"
            )
        if len(arguments) != len(artifact.constructor):
            raise ContractError(
                f"{what}: expected {len(artifact.constructor)} arguments, got {len(arguments)}"
            )
        return list(arguments)
    names = [each.name for each in artifact.constructor]
    for name in arguments:
        if name not in names:
            raise ContractError(f"{what}: unknown argument {name!r}")
    missing = [name for name in names if name not in arguments]
    if missing:
        raise ContractError(f"{what}: missing arguments: {', '.join(missing)}")
    return [arguments[name] for name in names]


def _paths(artifact: Artifact) -> Iterator[SpendPath]:
    """Yield the functions: arguments are pushed in reverse, then the function's number."""
    for selector, function in enumerate(artifact.functions):
        pushes = [f"<{each.name}>" for each in reversed(function.inputs)]
        if len(artifact.functions) > 1:
            pushes.append(f"<{selector}>")
        arguments = tuple(_argument(artifact, each) for each in function.inputs)
        yield SpendPath(function.name, arguments, " ".join(pushes))


def _argument(artifact: Artifact, each: ArtifactInput) -> Argument:
    try:
        return Argument(each.name, each.type)
    except ContractError as error:
        raise ContractError(f"{artifact.name}: {each.name}: {error}") from None
