"""Wallet templates: locking scripts in CashAssembly, the scripts that unlock them, and keys.

Bitauth IDE and libauth open them. Source: libauth, WalletTemplate (version 0).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ..encoding.json_text import JSON
from ..errors import ContractError

__all__ = ["Lock", "WalletTemplate", "read_template", "write_template"]

_SCHEMA = "https://libauth.org/schemas/wallet-template-v0.schema.json"
_VERSION = 0
_KINDS = ("standard", "p2sh20", "p2sh32")


@dataclass(frozen=True, slots=True)
class Lock:
    """A locking script: its source, its kind, and by name the sources that unlock it.

    `kind` is "standard" (the script itself), "p2sh20" or "p2sh32".
    """

    source: str
    kind: str
    unlocked_by: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WalletTemplate:
    """A template: locks by name, the constants that their sources use, and each entity's key.

    `supported` names the virtual machines that it is meant for, such as "BCH_2026_05".
    """

    name: str
    description: str
    supported: tuple[str, ...]
    constants: Mapping[str, str]
    locks: Mapping[str, Lock]
    keys: Mapping[str, str] = field(default_factory=dict)


def write_template(template: WalletTemplate) -> dict[str, Any]:
    """Write a template as a JSON object."""
    scripts: dict[str, Any] = {}
    for script, lock in template.locks.items():
        for path, source in lock.unlocked_by.items():
            scripts[f"{script}_{path}"] = {
                "name": f"{script}: {path.replace('_', ' ')}",
                "script": source,
                "unlocks": script,
            }
        scripts[script] = {"lockingType": lock.kind, "name": script, "script": lock.source}
    for constant, source in template.constants.items():
        scripts[constant] = {"name": constant, "script": source}
    entities = {
        entity: {
            "name": entity.title(),
            "scripts": list(scripts),
            "variables": {key: {"name": f"{entity.title()}'s key", "type": "Key"}},
        }
        for entity, key in template.keys.items()
    }
    return {
        "$schema": _SCHEMA,
        "description": template.description,
        "entities": entities,
        "name": template.name,
        "scenarios": {},
        "scripts": scripts,
        "supported": list(template.supported),
        "version": _VERSION,
    }


def read_template(data: object) -> WalletTemplate:
    """Read a template from its JSON text, or from what that decodes to.

    The sources in it are not assembled. Scenarios, tested scripts and descriptions are
    ignored, and only the first key of an entity's variables is read. Raises ContractError
    that names the place.
    """
    if isinstance(data, str):
        try:
            data = JSON.decode(data.removeprefix("\ufeff"))
        except ValueError as error:
            _refuse(f"not JSON: {error}")
        except RecursionError:
            _refuse("not JSON that can be read: nested too deeply")
    template = _object(data, "a wallet template")
    if template.get("version") != _VERSION:
        found = str(template.get("version"))[:40]
        _refuse(f"version {found!a} is not supported: expected {_VERSION}")
    scripts = {
        name: _object(each, f"the script {name!a}")
        for name, each in _object(template.get("scripts"), '"scripts"').items()
    }
    locks = {
        name: Lock(
            _text(script, "script", name),
            _kind(script["lockingType"], name),
            dict(_unlocked_by(name, scripts)),
        )
        for name, script in scripts.items()
        if "lockingType" in script
    }
    constants = {
        name: _text(script, "script", name)
        for name, script in scripts.items()
        if "lockingType" not in script and "unlocks" not in script
    }
    for name, script in scripts.items():
        if "unlocks" in script and not any(script["unlocks"] == lock for lock in locks):
            _refuse(
                f"the script {name!a} unlocks {str(script['unlocks'])[:80]!a}, which is not a lock"
            )
    supported = template.get("supported")
    if not isinstance(supported, list) or not all(isinstance(each, str) for each in supported):
        _refuse('"supported" is not an array of strings')
    return WalletTemplate(
        str(template.get("name", "")),
        str(template.get("description", "")),
        tuple(supported),
        constants,
        locks,
        dict(_keys(_object(template.get("entities"), '"entities"'))),
    )


def _unlocked_by(lock: str, scripts: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for name, script in scripts.items():
        if script.get("unlocks") == lock:
            yield name.removeprefix(f"{lock}_"), _text(script, "script", name)


def _keys(entities: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for entity, described in entities.items():
        what = f"the entity {entity!a}"
        variables = _object(_object(described, what).get("variables", {}), f"variables of {what}")
        for name, variable in variables.items():
            if _object(variable, f"the variable {name!a}").get("type") == "Key":
                yield entity, name
                break


def _object(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _refuse(f"{what} is {'missing' if value is None else 'not an object'}")
    return value


def _text(script: Mapping[str, Any], field_name: str, name: str) -> str:
    value = script.get(field_name)
    if not isinstance(value, str):
        _refuse(f'"{field_name}" of the script {name!a} is not a string')
    return value


def _kind(value: object, name: str) -> str:
    if value not in _KINDS:
        kinds = ", ".join(_KINDS)
        _refuse(
            f"the script {name!a} has the unknown locking type {str(value)[:40]!a}:"
            f" expected one of {kinds}"
        )
    return str(value)


def _refuse(detail: str) -> NoReturn:
    raise ContractError(f"not a wallet template: {detail}")
