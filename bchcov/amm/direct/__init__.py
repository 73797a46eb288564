"""The profile for BCH_2025: one order per transaction, unrolled proofs, 39 bytes of state."""

from __future__ import annotations

from ...wallet.funding import Funding
from ..action import BUY, SELL, Action
from ..events import Entry, Event, Execution, read_history
from ..formula import Reserves
from ..refusal import explain_refusal
from ..salts import derive_salt
from .parameters import Parameters
from .pool import Pool, read_state
from .scripts import Scripts
from .state import State
from .transactions import Step, check_genesis, commit, exit_pool, expire, genesis, reveal

__all__ = [
    "BUY",
    "SELL",
    "Action",
    "Entry",
    "Event",
    "Execution",
    "Funding",
    "Parameters",
    "Pool",
    "Reserves",
    "Scripts",
    "State",
    "Step",
    "check_genesis",
    "commit",
    "derive_salt",
    "exit_pool",
    "expire",
    "explain_refusal",
    "genesis",
    "read_history",
    "read_state",
    "reveal",
]
