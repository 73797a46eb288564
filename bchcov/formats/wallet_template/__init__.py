"""Wallet templates of Bitauth IDE and libauth: read, compiled, tried in scenarios, written."""

from __future__ import annotations

from .cases import TemplateCase
from .data import CompilationData
from .generating import ScenarioSpend
from .model import Entity, ScriptTest, TemplateScript, Variable
from .scenario import Bytecode, Scenario, ScenarioData, ScenarioInput, ScenarioOutput, Slot
from .template import WalletTemplate, read_wallet_template
from .uses import VariableUse

__all__ = [
    "Bytecode",
    "CompilationData",
    "Entity",
    "Scenario",
    "ScenarioData",
    "ScenarioInput",
    "ScenarioOutput",
    "ScenarioSpend",
    "ScriptTest",
    "Slot",
    "TemplateCase",
    "TemplateScript",
    "Variable",
    "VariableUse",
    "WalletTemplate",
    "read_wallet_template",
]
