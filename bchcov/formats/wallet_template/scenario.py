"""Scenarios: the data and the transaction in which scripts are tried, and how one extends another.

Source: libauth, "WalletTemplateScenario".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from ...transaction.model import Token

__all__ = [
    "Bytecode",
    "Filling",
    "Scenario",
    "ScenarioData",
    "ScenarioInput",
    "ScenarioOutput",
    "Slot",
    "extend_data",
    "extend_scenario",
]


_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class ScenarioData:
    """What variables stand for: keys, and CashAssembly by the identifier that it is the value of.

    None is what another scenario, or the default one, says. Private keys are 32 bytes by their
    variable, HD keys text by their entity.
    """

    bytecode: Mapping[str, str] = field(default_factory=dict)
    private_keys: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    hd_private_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    hd_public_keys: Mapping[str, str] = field(default_factory=dict)
    address_index: int | None = None
    block_height: int | None = None
    block_time: int | None = None


class Slot(Enum):
    """The place of the script under test."""

    SLOT = "slot"


@dataclass(frozen=True, slots=True)
class Bytecode:
    """A script compiled with other data; `script` None is a copy of the one under test."""

    script: str | None = None
    overrides: ScenarioData | None = None


Filling = bytes | Bytecode | Slot
"""What stands in an input or output: bytes as they are, a script, or the script under test."""


@dataclass(frozen=True, slots=True)
class ScenarioInput:
    """An input; None is what libauth takes: its own position, transaction 1, and 0.

    `outpoint_txid` is the txid as it is displayed.
    """

    unlocking: Filling = field(default_factory=Bytecode)
    outpoint_index: int | None = None
    outpoint_txid: str | None = None
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class ScenarioOutput:
    """An output, or the output that an input spends; a value in satoshis, None for 0."""

    locking: Filling = field(default_factory=Bytecode)
    value: int | None = None
    token: Token | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """Data and transaction; what is None is taken from the scenario that this one `extends`."""

    name: str | None = None
    description: str | None = None
    extends: str | None = None
    data: ScenarioData = field(default_factory=ScenarioData)
    inputs: tuple[ScenarioInput, ...] | None = None
    outputs: tuple[ScenarioOutput, ...] | None = None
    source_outputs: tuple[ScenarioOutput, ...] | None = None
    version: int | None = None
    locktime: int | None = None


def extend_data(parent: ScenarioData, child: ScenarioData) -> ScenarioData:
    """Take each value from `child`, and from `parent` what it does not give."""
    return ScenarioData(
        {**parent.bytecode, **child.bytecode},
        {**parent.private_keys, **child.private_keys},
        {**parent.hd_private_keys, **child.hd_private_keys},
        {**parent.hd_public_keys, **child.hd_public_keys},
        _first(child.address_index, parent.address_index),
        _first(child.block_height, parent.block_height),
        _first(child.block_time, parent.block_time),
    )


def extend_scenario(parent: Scenario, child: Scenario) -> Scenario:
    """Make the scenario that `child` is where it extends `parent`."""
    return Scenario(
        child.name,
        child.description,
        child.extends,
        extend_data(parent.data, child.data),
        _first(child.inputs, parent.inputs),
        _first(child.outputs, parent.outputs),
        _first(child.source_outputs, parent.source_outputs),
        _first(child.version, parent.version),
        _first(child.locktime, parent.locktime),
    )


def _first(given: _Value | None, otherwise: _Value | None) -> _Value | None:
    return otherwise if given is None else given
