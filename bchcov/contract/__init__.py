"""Contracts of your own: sources, named checks, and explanations of refused spends."""

from .checks import Check, checks_in
from .contract import Contract, Found, compile_contract
from .explaining import Refusal, explain, find_refusal
from .source import load_source
from .taking_out import without_check

__all__ = [
    "Check",
    "Contract",
    "Found",
    "Refusal",
    "checks_in",
    "compile_contract",
    "explain",
    "find_refusal",
    "load_source",
    "without_check",
]
