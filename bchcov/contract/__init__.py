"""Anybody's contract: its source, its checks by name, and which of them refused a spend."""

from .checks import Check, checks_in
from .contract import Contract, Found, compile_contract
from .explaining import explain
from .source import load_source
from .taking_out import without_check

__all__ = [
    "Check",
    "Contract",
    "Found",
    "checks_in",
    "compile_contract",
    "explain",
    "load_source",
    "without_check",
]
