"""The values of identifiers that are variables, and the scripts that those are made of."""

from __future__ import annotations

from collections.abc import Callable

from ...crypto.secp256k1 import public_key_of
from ...errors import TemplateError
from ...script.numbers import encode_number
from .data import CompilationData
from .hd_variables import hd_private_key, hd_public_key
from .signing import (
    DATA_SIGNATURES,
    SIGNATURES,
    covers_bytecode,
    data_signature,
    data_signed,
    serialization_part,
    transaction_signature,
)
from .sources import Sources

__all__ = ["BUILT_IN", "script_behind", "variable_value"]

BUILT_IN = ("current_block_height", "current_block_time", "signing_serialization")
"""Variables that no entity provides."""

_RENAMED = {"signature": "schnorr_signature", "data_signature": "schnorr_data_signature"}


def _operation(identifier: str) -> str:
    return [*identifier.split("."), ""][1]


def _is_key(identifier: str, sources: Sources) -> bool:
    variable = sources.variables.get(identifier.split(".")[0])
    return variable is not None and variable.type in ("Key", "HdKey")


def script_behind(
    identifier: str, script_id: str, sources: Sources, data: CompilationData
) -> str | None:
    """Return the script whose bytes a variable's value needs: the one covered, or the data signed.

    `script_id` is the script that the identifier stands in. Raises TemplateError without a
    place where there is no such script.
    """
    if identifier.startswith("signing_serialization."):
        return _covered(identifier, script_id, sources) if covers_bytecode(identifier) else None
    if not _is_key(identifier, sources) or identifier in data.bytecode:
        return None
    operation = _operation(identifier)
    if operation in SIGNATURES:
        return _covered(identifier, script_id, sources)
    if operation in DATA_SIGNATURES:
        target = data_signed(identifier)
        if target not in sources.texts:
            raise TemplateError(f"{identifier[:80]!r} signs a script that is not there")
        return target
    return None


def _covered(identifier: str, script_id: str, sources: Sources) -> str:
    covered = sources.unlocks.get(script_id)
    if covered is None:
        raise TemplateError(
            f"{identifier[:80]!r} covers the script that this one unlocks, and it unlocks none",
            missing=identifier,
        )
    if covered not in sources.texts:
        raise TemplateError(f"{identifier[:80]!r} covers {covered[:60]!r}: no such script")
    return covered


def variable_value(
    identifier: str, behind: bytes, sources: Sources, data: CompilationData
) -> bytes:
    """Return the value of an identifier that is a variable.

    `behind` are the bytes of the script that `script_behind` names. Raises TemplateError
    without a place.
    """
    name = identifier.split(".")[0]
    if name == "current_block_height":
        return encode_number(_given(data.block_height, "the height of the block"))
    if name == "current_block_time":
        return _given(data.block_time, "the time of the block").to_bytes(4, "little")
    if name == "signing_serialization":
        return serialization_part(identifier, behind, data)
    kind = sources.variables[name].type
    if kind in ("WalletData", "AddressData"):
        value = data.bytecode.get(identifier)
        if value is None:
            raise TemplateError(f"the data gives no {kind} {identifier[:80]!r}", missing=identifier)
        return value
    return _key_value(identifier, behind, sources, data)


def _given(value: int | None, what: str) -> int:
    if value is None:
        raise TemplateError(f"the data does not give {what}")
    return value


def _key_value(identifier: str, behind: bytes, sources: Sources, data: CompilationData) -> bytes:
    operation = _operation(identifier)
    if operation in _RENAMED:
        raise TemplateError(
            f"{operation!r} is called {_RENAMED[operation]!r} or"
            f" {_RENAMED[operation].replace('schnorr', 'ecdsa')!r} today"
        )
    make = _KEY_OPERATIONS.get(operation)
    if make is None:
        raise TemplateError(
            f"{identifier[:80]!r} says no operation of a key: {', '.join(_KEY_OPERATIONS)}"
        )
    given = data.bytecode.get(identifier)
    return make(identifier, behind, sources, data) if given is None else given


def _private_key(identifier: str, sources: Sources, data: CompilationData) -> bytes:
    name = identifier.split(".")[0]
    if sources.variables[name].type == "HdKey":
        return hd_private_key(identifier, sources, data)
    key = data.private_keys.get(name)
    if key is None:
        raise TemplateError(f"{identifier[:80]!r} needs the key {name!r}", missing=identifier)
    return key


def _public_key(identifier: str, _behind: bytes, sources: Sources, data: CompilationData) -> bytes:
    if sources.variables[identifier.split(".")[0]].type == "HdKey":
        derived = hd_public_key(identifier, sources, data)
        if derived is not None:
            return derived
    return public_key_of(_private_key(identifier, sources, data))


def _signature(identifier: str, behind: bytes, sources: Sources, data: CompilationData) -> bytes:
    return transaction_signature(identifier, _private_key(identifier, sources, data), behind, data)


def _data_signature(
    identifier: str, behind: bytes, sources: Sources, data: CompilationData
) -> bytes:
    return data_signature(identifier, _private_key(identifier, sources, data), behind)


_KEY_OPERATIONS: dict[str, Callable[[str, bytes, Sources, CompilationData], bytes]] = {
    "public_key": _public_key,
    **dict.fromkeys(SIGNATURES, _signature),
    **dict.fromkeys(DATA_SIGNATURES, _data_signature),
}
