"""Mutation of contracts: one check removed or weakened at a time, in place, to try the tests."""

from __future__ import annotations

from .changes import Mutant, mutants_of
from .matrix import KillMatrix, kill_matrix
from .report import MutantResult, MutationReport
from .running import Case, mutate
from .with_tests import mutate_with, mutate_with_all, reach_of

__all__ = [
    "Case",
    "KillMatrix",
    "Mutant",
    "MutantResult",
    "MutationReport",
    "kill_matrix",
    "mutants_of",
    "mutate",
    "mutate_with",
    "mutate_with_all",
    "reach_of",
]
