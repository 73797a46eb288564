"""CashScript artifacts: contracts as the compiler cashc writes them, in JSON.

Source: CashScript, packages/utils/src/artifact.ts; `debug.functions` as of cashc 0.14.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..assembly.notation import assemble_notation
from ..crypto.hashes import sha256
from ..encoding.json_fields import Fields, decode_object
from ..errors import AssemblyError, FormatError
from ..script.pushes import encode_push_number, instructions
from .artifact_debug import DebugFrame, read_debug

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
    """A function of the contract: one way to spend it."""

    name: str
    inputs: tuple[ArtifactInput, ...]


@dataclass(frozen=True, slots=True)
class Artifact:
    """A compiled contract: `code` is its script without the parameters.

    `debug` is None where the artifact does not say where its instructions come from, else the
    frame of the contract, and `frames` are those of its functions.
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
    """Read an artifact from its JSON, or from the object that this holds.

    Raises FormatError that names the field: for one that is missing or of another type, a
    compiler before 0.7.0, a script that cannot be assembled, and a fingerprint that is not
    that of the script.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise FormatError(
                f"an artifact is UTF-8: {error.reason} at byte {error.start}"
            ) from None
    fields = decode_object(text, "an artifact") if isinstance(text, str) else Fields(dict(text))
    compiler, version, options = _compiler(fields)
    constructor = _inputs(fields, "constructorInputs")
    code = _code(fields)
    fingerprint = fields.text("fingerprint", "") or None
    if fingerprint is not None and fingerprint != fingerprint_of(code, len(constructor)):
        raise fields.error(
            "fingerprint",
            f"{fingerprint[:80]!a} is not that of the bytecode: one of them was changed",
        )
    debug, frames = read_debug(fields)
    return Artifact(
        fields.text("contractName"),
        constructor,
        tuple(
            ArtifactFunction(each.text("name"), _inputs(each, "inputs"))
            for each in fields.objects("abi")
        ),
        code,
        fields.text("source", "") or None,
        compiler,
        version,
        options,
        fingerprint,
        debug,
        frames,
    )


def fingerprint_of(code: bytes, parameters: int = 0) -> str:
    """Compute a script's fingerprint: the SHA256 of its pattern, in hexadecimal.

    The pattern is the script with each run of pushes, those of its parameters included, in
    place of which their number is pushed, so that it is the same for every instance.
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


def _compiler(fields: Fields) -> tuple[str, str, Mapping[str, Any]]:
    compiler = fields.nested("compiler")
    version = compiler.text("version")
    match = _VERSION.fullmatch(version)
    if match is None:
        raise compiler.error("version", f"{version[:40]!a} is no version")
    if tuple(map(int, match.groups())) < _OLDEST:
        raise compiler.error(
            "version", f"{version} is too old: arguments are encoded as since 0.7.0"
        )
    options = compiler.nested("options").values if compiler.has("options") else {}
    return compiler.text("name"), version, options


def _inputs(fields: Fields, name: str) -> tuple[ArtifactInput, ...]:
    return tuple(
        ArtifactInput(each.text("name"), each.text("type")) for each in fields.objects(name)
    )


def _code(fields: Fields) -> bytes:
    """Assemble the field "bytecode", which is written in opcodes or in hexadecimal alone."""
    text = fields.text("bytecode").strip()
    if _HEX.fullmatch(text):
        code = bytes.fromhex(text)
        # One word of digits can also be a script of one push.
        if not (fields.has("debug") and fields.nested("debug").values.get("bytecode") != text):
            return code
    try:
        return assemble_notation(text)
    except AssemblyError as error:
        raise fields.error("bytecode", str(error)) from None
