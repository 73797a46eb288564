"""Tools for testing contracts and for testing this library."""

from __future__ import annotations

from .fuzzing import Finding, Party, Report, fuzz
from .strategies import inputs, outputs, scripts, tokens, transactions

__all__ = [
    "Finding",
    "Party",
    "Report",
    "fuzz",
    "inputs",
    "outputs",
    "scripts",
    "tokens",
    "transactions",
]
