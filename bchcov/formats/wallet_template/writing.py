"""The parts of a wallet template to JSON, with or without private keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...transaction.model import Token
from .model import Entity, ScriptTest, TemplateScript, Variable
from .scenario import Filling, Scenario, ScenarioData, ScenarioInput, ScenarioOutput, Slot

__all__ = ["write_entities", "write_scenarios", "write_scripts"]

# JavaScript's numbers are whole up to here.
_MAX_EXACT = 2**53 - 1

Json = dict[str, Any]


def _object(pairs: Iterable[tuple[str, object]]) -> Json:
    """Collect what is there, in the order of names."""
    return dict(sorted((name, value) for name, value in pairs if value is not None))


def _list(names: tuple[str, ...] | None) -> list[str] | None:
    return list(names) if names else None


def write_entities(entities: Mapping[str, Entity]) -> Json:
    """Write entities and their variables."""
    return {name: _entity(entity) for name, entity in entities.items()}


def _entity(entity: Entity) -> Json:
    variables = {name: _variable(variable) for name, variable in entity.variables.items()}
    return _object(
        (
            ("name", entity.name),
            ("description", entity.description),
            ("scripts", None if entity.scripts is None else list(entity.scripts)),
            ("variables", variables or None),
        )
    )


def _variable(variable: Variable) -> Json:
    return _object(
        (
            ("type", variable.type),
            ("name", variable.name),
            ("description", variable.description),
            ("addressOffset", variable.address_offset),
            ("privateDerivationPath", variable.private_path),
            ("publicDerivationPath", variable.public_path),
            ("hdPublicKeyDerivationPath", variable.public_key_path),
            ("neverSignTwice", variable.never_sign_twice),
        )
    )


def write_scripts(scripts: Mapping[str, TemplateScript]) -> Json:
    """Write scripts and their tests."""
    return {name: _script(script) for name, script in scripts.items()}


def _expectations(of: TemplateScript | ScriptTest) -> list[tuple[str, object]]:
    return [
        ("passes", _list(of.passes)),
        ("fails", _list(of.fails)),
        ("invalid", _list(of.invalid)),
    ]


def _script(script: TemplateScript) -> Json:
    tests = script.tests
    return _object(
        (
            ("script", script.source),
            ("name", script.name),
            ("lockingType", script.locking_type),
            ("unlocks", script.unlocks),
            *_expectations(script),
            ("estimate", script.estimate),
            ("timeLockType", script.time_lock_type),
            ("ageLock", script.age_lock),
            ("tests", None if tests is None else {name: _test(tests[name]) for name in tests}),
            ("pushed", script.pushed),
        )
    )


def _test(test: ScriptTest) -> Json:
    return _object(
        (
            ("check", test.check),
            ("setup", test.setup),
            ("name", test.name),
            *_expectations(test),
        )
    )


def write_scenarios(scenarios: Mapping[str, Scenario], *, private_keys: bool) -> Json:
    """Write scenarios, each as it stands by itself."""
    return {
        name: _scenario(scenario, private_keys=private_keys) for name, scenario in scenarios.items()
    }


def _scenario(scenario: Scenario, *, private_keys: bool) -> Json:
    def write_outputs(outputs: tuple[ScenarioOutput, ...] | None) -> list[Json] | None:
        if outputs is None:
            return None
        return [_output(output, private_keys=private_keys) for output in outputs]

    inputs = scenario.inputs
    transaction = _object(
        (
            (
                "inputs",
                None
                if inputs is None
                else [_input(item, private_keys=private_keys) for item in inputs],
            ),
            ("outputs", write_outputs(scenario.outputs)),
            ("version", scenario.version),
            ("locktime", scenario.locktime),
        )
    )
    return _object(
        (
            ("name", scenario.name),
            ("description", scenario.description),
            ("extends", scenario.extends),
            ("data", _data(scenario.data, private_keys=private_keys) or None),
            ("transaction", transaction or None),
            ("sourceOutputs", write_outputs(scenario.source_outputs)),
        )
    )


def _data(data: ScenarioData, *, private_keys: bool) -> Json:
    keys = {name: key.hex() for name, key in data.private_keys.items()} if private_keys else {}
    hd_keys = _object(
        (
            ("addressIndex", data.address_index),
            ("hdPrivateKeys", (private_keys and dict(data.hd_private_keys)) or None),
            ("hdPublicKeys", dict(data.hd_public_keys) or None),
        )
    )
    return _object(
        (
            ("bytecode", dict(data.bytecode) or None),
            ("keys", {"privateKeys": keys} if keys else None),
            ("hdKeys", hd_keys or None),
            ("currentBlockHeight", data.block_height),
            ("currentBlockTime", data.block_time),
        )
    )


def _filling(filling: Filling, *, private_keys: bool) -> object:
    if isinstance(filling, bytes):
        return filling.hex()
    if filling is Slot.SLOT:
        return ["slot"]
    overrides = filling.overrides
    written = None if overrides is None else _data(overrides, private_keys=private_keys)
    return _object((("script", filling.script), ("overrides", written)))


def _input(item: ScenarioInput, *, private_keys: bool) -> Json:
    return _object(
        (
            ("unlockingBytecode", _filling(item.unlocking, private_keys=private_keys)),
            ("outpointIndex", item.outpoint_index),
            ("outpointTransactionHash", item.outpoint_txid),
            ("sequenceNumber", item.sequence),
        )
    )


def _output(output: ScenarioOutput, *, private_keys: bool) -> Json:
    return _object(
        (
            ("lockingBytecode", _filling(output.locking, private_keys=private_keys)),
            ("valueSatoshis", _value(output.value)),
            ("token", None if output.token is None else _token(output.token)),
        )
    )


def _value(value: int | None) -> int | str | None:
    if value is None or value <= _MAX_EXACT:
        return value
    return value.to_bytes(8, "little").hex()


def _token(token: Token) -> Json:
    nft = token.nft
    return _object(
        (
            ("category", token.category_id),
            ("amount", str(token.amount) if token.amount else None),
            (
                "nft",
                None
                if nft is None
                else {
                    "capability": nft.capability.name.lower(),
                    "commitment": nft.commitment.hex(),
                },
            ),
        )
    )
