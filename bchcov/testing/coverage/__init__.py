"""Coverage of contracts: what ran, both ways of a branch, and which check has been seen to fail."""

from __future__ import annotations

from .collecting import Coverage
from .data import write_coverage_data
from .files import write_cobertura, write_html, write_lcov
from .report import BranchRow, CheckRow, CoverageReport, FunctionRow, LineRow, LoopRow

__all__ = [
    "BranchRow",
    "CheckRow",
    "Coverage",
    "CoverageReport",
    "FunctionRow",
    "LineRow",
    "LoopRow",
    "write_cobertura",
    "write_coverage_data",
    "write_html",
    "write_lcov",
]
