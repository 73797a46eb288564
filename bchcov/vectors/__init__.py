"""Test vectors: reading files of tests in several formats, judging them, and the report."""

from __future__ import annotations

from .files import find_files, open_tests
from .nodes import NodeTests
from .outcome import Outcome, Selection
from .report import Report
from .runner import run
from .suite import Case, Costs, Judge, load_suite, pack_suite
from .templates import TemplateTests
from .transactions import TransactionTests

__all__ = [
    "Case",
    "Costs",
    "Judge",
    "NodeTests",
    "Outcome",
    "Report",
    "Selection",
    "TemplateTests",
    "TransactionTests",
    "find_files",
    "load_suite",
    "open_tests",
    "pack_suite",
    "run",
]
