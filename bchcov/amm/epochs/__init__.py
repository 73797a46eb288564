"""A third profile, for BCH_2026: the orders of an epoch are revealed together, at one price."""

from __future__ import annotations

from ...wallet.funding import Funding
from ..action import BUY, SELL, Action
from ..events import Entry, Event, Execution, read_history
from ..formula import Reserves
from ..refusal import explain_refusal
from ..salts import derive_salt
from .batches import MAX_TICKETS, execute, sequence, sequence_all, turn
from .clearing import Clearing, Price, clear
from .epoch import Batch, Epoch, Slot
from .parameters import Parameters
from .pool import Pool, Ticket, read_order, read_state, read_ticket
from .provider import (
    change_reserves,
    check_genesis,
    exit_pool,
    genesis,
    set_closed,
)
from .scripts import Scripts
from .settlement import Order
from .state import State
from .step import Step
from .users import DEFAULT_TIP, NewOrder, NewTicket, make_order, make_ticket, refund

__all__ = [
    "BUY",
    "DEFAULT_TIP",
    "MAX_TICKETS",
    "SELL",
    "Action",
    "Batch",
    "Clearing",
    "Entry",
    "Epoch",
    "Event",
    "Execution",
    "Funding",
    "NewOrder",
    "NewTicket",
    "Order",
    "Parameters",
    "Pool",
    "Price",
    "Reserves",
    "Scripts",
    "Slot",
    "State",
    "Step",
    "Ticket",
    "change_reserves",
    "check_genesis",
    "clear",
    "derive_salt",
    "execute",
    "exit_pool",
    "explain_refusal",
    "genesis",
    "make_order",
    "make_ticket",
    "read_history",
    "read_order",
    "read_state",
    "read_ticket",
    "refund",
    "sequence",
    "sequence_all",
    "set_closed",
    "turn",
]
