"""SequencedAMM: a constant-product pool whose orders are hidden until their place is fixed.

`direct` and `ticketed` are its two profiles, `cpmm` is a plain pool for comparison; what they
share is here.
"""

from __future__ import annotations

from .action import BUY, SELL, Action, Direction
from .events import Entry, Event, Execution, read_history
from .formula import Reserves, trade
from .refusal import explain_refusal
from .salts import derive_salt

__all__ = [
    "BUY",
    "SELL",
    "Action",
    "Direction",
    "Entry",
    "Event",
    "Execution",
    "Reserves",
    "derive_salt",
    "explain_refusal",
    "read_history",
    "trade",
]
