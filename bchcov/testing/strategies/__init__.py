"""Hypothesis strategies: numbers and items, parts of transactions, scripts, spends and mutants."""

from __future__ import annotations

from .mutated import aim_deep, transaction_mutants
from .parts import inputs, outputs, scripts, tokens, transactions
from .programs import programs
from .spends import ContractSpend, arguments, spends
from .values import items, numbers

__all__ = [
    "ContractSpend",
    "aim_deep",
    "arguments",
    "inputs",
    "items",
    "numbers",
    "outputs",
    "programs",
    "scripts",
    "spends",
    "tokens",
    "transaction_mutants",
    "transactions",
]
