"""What spends of a contract cost: by path, by line, and against a snapshot."""

from __future__ import annotations

from .measuring import CostReport, SpendCost, joined, measure_cost, without_limits
from .profile import Profile, profile
from .snapshot import check_snapshot, update_snapshot

__all__ = [
    "CostReport",
    "Profile",
    "SpendCost",
    "check_snapshot",
    "joined",
    "measure_cost",
    "profile",
    "update_snapshot",
    "without_limits",
]
