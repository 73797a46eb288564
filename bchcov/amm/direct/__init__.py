"""The profile of BCH_2025: one order a transaction, unrolled proofs, 39 bytes of state."""

from __future__ import annotations

from ..action import BUY, SELL, Action
from ..formula import Reserves
from ..salts import derive_salt
from .parameters import Parameters
from .pool import Entry, Event, Pool, read_history, read_state
from .scripts import Scripts
from .state import State
from .transactions import (
    Step,
    check_genesis,
    commit,
    exit_pool,
    expire,
    genesis,
    reveal,
)

__all__ = [
    "BUY",
    "SELL",
    "Action",
    "Entry",
    "Event",
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
    "genesis",
    "read_history",
    "read_state",
    "reveal",
]
