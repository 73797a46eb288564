"""JSON to the parts of a wallet template.

What is not in the format is passed over: old templates have private keys there ("mock").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast, get_args

from ...encoding.expected import shown
from ...encoding.hexadecimal import decode_hex
from ...errors import DecodeError
from ...transaction.constants import MAX_UINT32, MAX_UINT64
from ...transaction.model import Capability, Nft, Token
from ..fields import Field
from .model import (
    Entity,
    LockingType,
    ScriptTest,
    TemplateScript,
    TimeLockType,
    Variable,
    VariableType,
)
from .scenario import (
    Bytecode,
    Filling,
    Scenario,
    ScenarioData,
    ScenarioInput,
    ScenarioOutput,
    Slot,
)

__all__ = [
    "names_of",
    "optional_number",
    "optional_text",
    "read_entities",
    "read_scenarios",
    "read_scripts",
]

_MAX_OFFSET = 2**31
_CATEGORY = (2).to_bytes(32, "little")
_SHOWN = 60
_DIGITS = re.compile(r"\s*([-+]?)([0-9a-fA-F]+)")


def optional_text(field: Field) -> str | None:
    """The text of a field, None where it is not there."""
    return field.text() if field.is_there else None


def optional_number(field: Field, most: int = MAX_UINT32) -> int | None:
    """The number of a field, None where it is not there."""
    return field.number(most) if field.is_there else None


def names_of(field: Field) -> tuple[str, ...] | None:
    """The texts of an array, None where it is not there."""
    return tuple(each.text() for each in field.items()) if field.is_there else None


def _flag(field: Field) -> bool | None:
    return field.flag() if field.is_there else None


def _choice(field: Field, choices: tuple[str, ...]) -> str | None:
    text = optional_text(field)
    if text is not None and text not in choices:
        field.refuse(f"is {text[:_SHOWN]!a}: expected one of {', '.join(choices)}")
    return text


def _each(field: Field) -> Iterator[tuple[str, Field]]:
    """Yield the name and the value of each member of an object that may be missing."""
    if field.is_there:
        for name in field.members():
            yield name, field.get(name)


def _hexadecimal(field: Field) -> bytes:
    """The bytes of a field as libauth reads them: what is no digit ends a byte, none is 0.

    Published templates have "0x" or CashAssembly here, and their scenarios still run.
    """
    text = field.text()
    try:
        return decode_hex(text)
    except DecodeError:
        return bytes(_byte(text[at : at + 2]) for at in range(0, len(text), 2))


def _byte(pair: str) -> int:
    """JavaScript's parseInt of up to two characters, as far as it fits into a byte."""
    match = _DIGITS.match(pair)
    value = int(match[2], 16) if match else 0
    return -value % 256 if match and match[1] == "-" else value


def read_entities(field: Field) -> dict[str, Entity]:
    """Read entities and their variables. Raises FormatError."""
    return {
        name: Entity(
            {variable: _variable(each) for variable, each in _each(entity.get("variables"))},
            optional_text(entity.get("name")),
            optional_text(entity.get("description")),
            names_of(entity.get("scripts")),
        )
        for name, entity in _each(field)
    }


def _variable(field: Field) -> Variable:
    kind = field.get("type")
    kind.text()
    return Variable(
        cast("VariableType", _choice(kind, get_args(VariableType))),
        optional_text(field.get("name")),
        optional_text(field.get("description")),
        _offset(field.get("addressOffset")),
        optional_text(field.get("privateDerivationPath")),
        optional_text(field.get("publicDerivationPath")),
        optional_text(field.get("hdPublicKeyDerivationPath")),
        _flag(field.get("neverSignTwice")),
    )


def _offset(field: Field) -> int | None:
    """The number of a field that may be below zero."""
    value = field.value
    if isinstance(value, int) and value < 0:
        if value < -_MAX_OFFSET:
            field.refuse(f"is {shown(value)}: expected {-_MAX_OFFSET} to {_MAX_OFFSET}")
        return int(value)
    return optional_number(field, _MAX_OFFSET)


def read_scripts(field: Field) -> dict[str, TemplateScript]:
    """Read scripts and their tests. Raises FormatError."""
    scripts = {name: _script(each) for name, each in _each(field)}
    for name, script in scripts.items():
        if script.unlocks is not None and script.unlocks not in scripts:
            field.get(name).get("unlocks").refuse(
                f"is {script.unlocks[:_SHOWN]!a}, which is not one of the scripts"
            )
    return scripts


def _script(field: Field) -> TemplateScript:
    tests = field.get("tests")
    return TemplateScript(
        field.get("script").text(),
        optional_text(field.get("name")),
        cast("LockingType | None", _choice(field.get("lockingType"), get_args(LockingType))),
        optional_text(field.get("unlocks")),
        *_expectations(field),
        optional_text(field.get("estimate")),
        cast("TimeLockType | None", _choice(field.get("timeLockType"), get_args(TimeLockType))),
        optional_text(field.get("ageLock")),
        {name: _test(test) for name, test in _each(tests)} if tests.is_there else None,
        _flag(field.get("pushed")),
    )


def _expectations(field: Field) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    return (
        names_of(field.get("passes")) or (),
        names_of(field.get("fails")) or (),
        names_of(field.get("invalid")) or (),
    )


def _test(field: Field) -> ScriptTest:
    return ScriptTest(
        field.get("check").text(),
        optional_text(field.get("setup")),
        optional_text(field.get("name")),
        *_expectations(field),
    )


def read_scenarios(field: Field) -> dict[str, Scenario]:
    """Read scenarios, each as it is written. Raises FormatError."""
    return {name: _scenario(each) for name, each in _each(field)}


def _inner(field: Field, name: str) -> Field:
    """An object in an object, empty where it is not there."""
    inner = field.get(name)
    return inner if inner.is_there else Field({}, inner.path)


def _scenario(field: Field) -> Scenario:
    transaction = _inner(field, "transaction")
    inputs, outputs = transaction.get("inputs"), transaction.get("outputs")
    spent = field.get("sourceOutputs")
    return Scenario(
        optional_text(field.get("name")),
        optional_text(field.get("description")),
        optional_text(field.get("extends")),
        _data(_inner(field, "data")),
        tuple(map(_input, inputs.items())) if inputs.is_there else None,
        tuple(_output(each) for each in outputs.items()) if outputs.is_there else None,
        tuple(_output(each, spent=True) for each in spent.items()) if spent.is_there else None,
        optional_number(transaction.get("version")),
        optional_number(transaction.get("locktime")),
    )


def _data(field: Field) -> ScenarioData:
    hd_keys, keys = _inner(field, "hdKeys"), _inner(field, "keys")
    return ScenarioData(
        {name: each.text() for name, each in _each(field.get("bytecode"))},
        {name: _hexadecimal(each) for name, each in _each(keys.get("privateKeys"))},
        {name: each.text() for name, each in _each(hd_keys.get("hdPrivateKeys"))},
        {name: each.text() for name, each in _each(hd_keys.get("hdPublicKeys"))},
        optional_number(hd_keys.get("addressIndex")),
        optional_number(field.get("currentBlockHeight")),
        optional_number(field.get("currentBlockTime")),
    )


def _filling(field: Field, *, slot: bool) -> Filling:
    if slot and field.value == ["slot"]:
        return Slot.SLOT
    if isinstance(field.value, str):
        return _hexadecimal(field)
    if not field.is_there:
        return Bytecode()
    script, overrides = field.get("script"), field.get("overrides")
    return Bytecode(
        None if script.value == ["copy"] else optional_text(script),
        _data(overrides) if overrides.is_there else None,
    )


def _input(field: Field) -> ScenarioInput:
    txid = field.get("outpointTransactionHash")
    return ScenarioInput(
        _filling(field.get("unlockingBytecode"), slot=True),
        optional_number(field.get("outpointIndex")),
        _hexadecimal(txid).hex() if txid.is_there else None,
        optional_number(field.get("sequenceNumber")),
    )


def _output(field: Field, *, spent: bool = False) -> ScenarioOutput:
    value, token = field.get("valueSatoshis"), field.get("token")
    return ScenarioOutput(
        _filling(field.get("lockingBytecode"), slot=spent),
        _value(value) if isinstance(value.value, str) else optional_number(value, MAX_UINT64),
        _token(token) if token.is_there else None,
    )


def _value(field: Field) -> int:
    return int.from_bytes(_hexadecimal(field), "little")


def _token(field: Field) -> Token:
    amount, category, nft = field.get("amount"), field.get("category"), field.get("nft")
    is_text = isinstance(amount.value, str)
    return Token(
        # Of any size: without amount and NFT it is not looked at, and no token.
        _hexadecimal(category)[::-1] if category.is_there else _CATEGORY,
        amount.digits(MAX_UINT64) if is_text else optional_number(amount, MAX_UINT64) or 0,
        _nft(nft) if nft.is_there else None,
    )


def _nft(field: Field) -> Nft:
    capability = _choice(field.get("capability"), ("none", "mutable", "minting")) or "none"
    commitment = field.get("commitment")
    return Nft(
        _hexadecimal(commitment) if commitment.is_there else b"", Capability[capability.upper()]
    )
