"""The keys of HdKey variables, derived along their paths.

Source: libauth, compilerOperationHelperDeriveHdPrivateNode and
compilerOperationHdKeyPublicKeyCommon.
"""

from __future__ import annotations

import re

from ...errors import InvalidKey, TemplateError
from ...wallet.hd_keys import HdPrivateKey, HdPublicKey
from .data import CompilationData
from .model import Variable
from .sources import Sources

__all__ = ["hd_private_key", "hd_public_key"]

_PRIVATE_PATH = re.compile(r"(?:m|i|[0-9]+)'?(?:/(?:[0-9]+|i)'?)*")
_FIXED_PATH = re.compile(r"(?:m|[0-9]+)'?(?:/(?:[0-9]+'?))*")
_DEFAULT_PATH = "i"


def _owner(identifier: str, sources: Sources) -> tuple[str, Variable]:
    name = identifier.split(".")[0]
    return sources.owners[name], sources.variables[name]


def _instance(path: str, variable: Variable, data: CompilationData) -> str:
    """Put the index of the address into a path, once as libauth does."""
    if data.address_index is None:
        raise TemplateError("an HdKey needs the index of an address, and the data gives none")
    return path.replace("i", str(data.address_index + (variable.address_offset or 0)), 1)


def _private(secret: str, variable: Variable, data: CompilationData) -> bytes:
    path = _DEFAULT_PATH if variable.private_path is None else variable.private_path
    if not _PRIVATE_PATH.fullmatch(path):
        raise TemplateError(f"{path[:60]!a} is no path to derive a private key along")
    try:
        return HdPrivateKey.from_text(secret).derive(_instance(path, variable, data)).secret
    except InvalidKey as error:
        raise TemplateError(f"no key is derived along {path[:60]!a}: {error}") from None


def hd_private_key(identifier: str, sources: Sources, data: CompilationData) -> bytes:
    """Derive the private key of an HdKey. Raises TemplateError without a place."""
    entity, variable = _owner(identifier, sources)
    secret = data.hd_private_keys.get(entity)
    if secret is None:
        raise TemplateError(
            f"{identifier!r} needs the HD private key of {entity!r}, or a signature made before",
            missing=identifier,
        )
    return _private(secret, variable, data)


def hd_public_key(identifier: str, sources: Sources, data: CompilationData) -> bytes | None:
    """Derive the public key of an HdKey; None where it is that of `hd_private_key`.

    Raises TemplateError without a place.
    """
    entity, variable = _owner(identifier, sources)
    if entity in data.hd_private_keys:
        return None
    text = data.hd_public_keys.get(entity)
    if text is None:
        raise TemplateError(
            f"{identifier!r} needs the HD private or public key of {entity!r}", missing=identifier
        )
    private_path = _DEFAULT_PATH if variable.private_path is None else variable.private_path
    start = variable.public_key_path or ""
    path = variable.public_path
    if path is None:
        path = private_path.replace("m/", "", 1)
    if start and not _FIXED_PATH.fullmatch(start):
        raise TemplateError(f"the path of the HD public key {start[:60]!a} is not a fixed one")
    expected = f"{start}/{path}" if start else path
    if private_path != expected:
        raise TemplateError(
            f"the private path {private_path[:60]!a} is not that of the public keys,"
            f" {expected[:60]!a}"
        )
    key = HdPublicKey.from_text(text)
    depth = start.count("/")
    if start and key.depth != depth:
        raise TemplateError(f"the HD public key of {entity!r} has depth {key.depth}, not {depth}")
    if path[:1] in ("m", "M"):
        raise TemplateError(f"the path of the public keys {path[:60]!a} is not a relative one")
    try:
        return key.derive(_instance(path, variable, data)).public_key
    except InvalidKey as error:
        raise TemplateError(f"no key is derived along {path[:60]!a}: {error}") from None
