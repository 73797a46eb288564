"""Coverage of contracts: what ran, both ways of a branch, and which check has been seen to fail."""

from __future__ import annotations

from .collecting import Coverage
from .data import write_coverage_data
from .report import BranchRow, CheckRow, CoverageReport, LineRow, LoopRow

__all__ = [
    "BranchRow",
    "CheckRow",
    "Coverage",
    "CoverageReport",
    "LineRow",
    "LoopRow",
    "write_coverage_data",
]
