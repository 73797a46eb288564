"""Contracts of your own: sources, named checks, and explanations of refused spends."""

from .cashassembly import compile_contract
from .checks import Check, checks_in
from .contract import Contract, Parameter
from .explaining import Refusal, explain, find_refusal
from .found import Found
from .source import load_source
from .spend_paths import Argument, SpendPath
from .taking_out import without_check
from .unlocking import ContractUnlocker

__all__ = [
    "Argument",
    "Check",
    "Contract",
    "ContractUnlocker",
    "Found",
    "Parameter",
    "Refusal",
    "SpendPath",
    "checks_in",
    "compile_contract",
    "explain",
    "find_refusal",
    "load_source",
    "without_check",
]
