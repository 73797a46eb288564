"""Reading CashScript artifacts, the JSON files in which the compiler cashc writes contracts.

Source: CashScript, packages/utils/src/artifact.ts; `debug.functions` as of cashc 0.14.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..assembly.notation import assemble_notation
from ..crypto.hashes import sha256
from ..errors import AssemblyError
from ..script.pushes import encode_push_number, instructions
from .artifact_debug import DebugFrame, read_debug
from .fields import Field, read_json

__all__ = [
    "Artifact",
    "ArtifactFunction",
    "ArtifactInput",
    "fingerprint_of",
    "read_artifact",
]

_OLDEST = (0, 7, 0)
_VERSION = re.compile(r"([0-9]{1,6})\.([0-9]{1,6})\.([0-9]{1,6})(?:[-+][0-9A-Za-z.+-]*)?")
_HEX = re.compile("(?:[0-9a-fA-F]{2})+")
_LAST_PUSH, _RESERVED = 0x60, 0x50


@dataclass(frozen=True, slots=True)
class ArtifactInput:
    """A parameter of the constructor or an argument of a function, with its CashScript type."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class ArtifactFunction:
    """A function of a contract, which is one way to spend it."""

    name: str
    inputs: tuple[ArtifactInput, ...]


@dataclass(frozen=True, slots=True)
class Artifact:
    """A compiled contract: `code` is its script without the parameters.

    `debug` is the debug information of the contract's script, None if the artifact has none, and
    `frames` that of its functions.
    """

    name: str
    constructor: tuple[ArtifactInput, ...]
    functions: tuple[ArtifactFunction, ...]
    code: bytes
    source: str | None = field(repr=False)
    compiler: str
    version: str
    options: Mapping[str, Any]
    fingerprint: str | None
    debug: DebugFrame | None = field(repr=False)
    frames: tuple[DebugFrame, ...] = field(default=(), repr=False)


def read_artifact(text: str | bytes | Mapping[str, Any]) -> Artifact:
    """Read an artifact from JSON text, or from the object that the JSON describes.

    Raises FormatError, which names the field, for a missing field or one of the wrong type, a
    compiler before 0.7.0, a script that cannot be assembled, and a fingerprint that does not
    match the script.
    """
    artifact = Field(read_json(text) if isinstance(text, (str, bytes)) else dict(text))
    compiler, version, options = _compiler(artifact)
    constructor = _inputs(artifact, "constructorInputs")
    code = _code(artifact)
    fingerprint = artifact.get("fingerprint").optional_text()
    if fingerprint is not None and fingerprint != fingerprint_of(code, len(constructor)):
        artifact.get("fingerprint").refuse(
            f"is {fingerprint[:80]!a}, which is not that of the bytecode: one of them was changed"
        )
    debug, frames = read_debug(artifact)
    return Artifact(
        artifact.get("contractName").text(),
        constructor,
        tuple(
            ArtifactFunction(each.get("name").text(), _inputs(each, "inputs"))
            for each in artifact.get("abi").items()
        ),
        code,
        artifact.get("source").optional_text(),
        compiler,
        version,
        options,
        fingerprint,
        debug,
        frames,
    )


def fingerprint_of(code: bytes, parameters: int = 0) -> str:
    """Compute a script's fingerprint: the SHA256 of its pattern, in hexadecimal.

    In the pattern each run of pushes, those of the parameters included, is replaced by a push
    of their number, so that the pattern is the same for every instance of a contract.
    Source: "BCH bytecode fingerprinting", gitlab.com/0353F40E/smart-contract-fingerprinting.
    """
    pattern = bytearray()
    run = parameters
    for step in instructions(code):
        if step.opcode <= _LAST_PUSH and step.opcode != _RESERVED:
            run += 1
            continue
        if run:
            pattern += encode_push_number(run)
        pattern.append(step.opcode)
        run = 0
    if run:
        pattern += encode_push_number(run)
    return sha256(bytes(pattern)).hex()


def _compiler(artifact: Field) -> tuple[str, str, Mapping[str, Any]]:
    compiler = artifact.get("compiler")
    field = compiler.get("version")
    version = field.text()
    match = _VERSION.fullmatch(version)
    if match is None:
        field.refuse(f"is {version[:40]!a}, not a version")
    if tuple(map(int, match.groups())) < _OLDEST:
        field.refuse(f"is {version}, which is too old: expected 0.7.0 or later")
    options = compiler.get("options")
    return compiler.get("name").text(), version, options.members() if options.is_there else {}


def _inputs(field: Field, name: str) -> tuple[ArtifactInput, ...]:
    return tuple(
        ArtifactInput(each.get("name").text(), each.get("type").text())
        for each in field.get(name).items()
    )


def _code(artifact: Field) -> bytes:
    """Assemble the field "bytecode", which is written in opcodes or entirely in hexadecimal."""
    field, debug = artifact.get("bytecode"), artifact.get("debug")
    text = field.text().strip()
    # A single word of digits can also be a script of one push: debug information tells which.
    if _HEX.fullmatch(text) and not (debug.is_there and debug.get("bytecode").value != text):
        return bytes.fromhex(text)
    try:
        return assemble_notation(text)
    except AssemblyError as error:
        field.refuse(f"cannot be assembled: {error}")
