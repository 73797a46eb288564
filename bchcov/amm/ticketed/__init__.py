"""The profile for BCH_2026: tickets, batches and range proofs."""

from __future__ import annotations

from ...wallet.funding import Funding
from ..action import BUY, SELL, Action
from ..events import Entry, Event, Execution, read_history
from ..formula import Reserves
from ..refusal import explain_refusal
from ..salts import derive_salt
from .batches import execute, execute_all, expire, sequence, sequence_all
from .caution import confirmations_for, reasons_to_wait
from .choosing import Batches, Skipped, choose_orders, choose_tickets, read_coins
from .parameters import Parameters
from .pool import Order, Pool, Ticket, read_order, read_state, read_ticket
from .provider import (
    change_reserves,
    check_genesis,
    exit_pool,
    genesis,
    set_closed,
)
from .scripts import Scripts
from .state import State
from .step import Step
from .users import NewOrder, NewTicket, fair_tip, make_order, make_ticket, refund

__all__ = [
    "BUY",
    "SELL",
    "Action",
    "Batches",
    "Entry",
    "Event",
    "Execution",
    "Funding",
    "NewOrder",
    "NewTicket",
    "Order",
    "Parameters",
    "Pool",
    "Reserves",
    "Scripts",
    "Skipped",
    "State",
    "Step",
    "Ticket",
    "change_reserves",
    "check_genesis",
    "choose_orders",
    "choose_tickets",
    "confirmations_for",
    "derive_salt",
    "execute",
    "execute_all",
    "exit_pool",
    "expire",
    "explain_refusal",
    "fair_tip",
    "genesis",
    "make_order",
    "make_ticket",
    "read_coins",
    "read_history",
    "read_order",
    "read_state",
    "read_ticket",
    "reasons_to_wait",
    "refund",
    "sequence",
    "sequence_all",
    "set_closed",
]
