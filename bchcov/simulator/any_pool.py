"""The pools of all profiles, whose methods have the same names."""

from __future__ import annotations

from .direct_pool import DirectPool
from .epochs_pool import EpochsPool
from .ticketed_pool import TicketedPool

__all__ = ["AnyPool"]

AnyPool = TicketedPool | DirectPool | EpochsPool
