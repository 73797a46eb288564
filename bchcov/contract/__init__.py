"""Contracts in CashAssembly and CashScript: spend paths, named checks, refusals explained."""

from .cashassembly import compile_contract
from .cashscript import artifact_contract
from .checks import Check, checks_in
from .constants import Constant
from .contract import Contract
from .estimating import Estimate, estimate
from .explaining import Refusal, explain, find_refusal
from .found import Found
from .loading import load_contract
from .logs import LogLine, log_lines
from .parameters import Parameter
from .removal import without_check
from .roles import Role
from .seen import SeenSpend, read_spend
from .source import load_source
from .spend_paths import Argument, SpendPath
from .template import template_contract
from .unlocking import ContractUnlocker

__all__ = [
    "Argument",
    "Check",
    "Constant",
    "Contract",
    "ContractUnlocker",
    "Estimate",
    "Found",
    "LogLine",
    "Parameter",
    "Refusal",
    "Role",
    "SeenSpend",
    "SpendPath",
    "artifact_contract",
    "checks_in",
    "compile_contract",
    "estimate",
    "explain",
    "find_refusal",
    "load_contract",
    "load_source",
    "log_lines",
    "read_spend",
    "template_contract",
    "without_check",
]
