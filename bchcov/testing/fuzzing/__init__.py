"""Fuzzing of spend paths: an attacker's transactions, changed, repaired and judged."""

from __future__ import annotations

from .campaign import Report
from .entry import fuzz
from .findings import Finding
from .parties import Party
from .promises import Property

__all__ = ["Finding", "Party", "Property", "Report", "fuzz"]
