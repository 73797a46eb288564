"""Contracts that are right, and each with one error: who takes part, and honest transactions."""

from __future__ import annotations

from .claims import CLAIMS
from .codes import CODES
from .debts import DEBTS
from .pair import Pair
from .sales import SALES
from .states import STATES
from .words import WORDS

__all__ = ["PAIRS", "Pair"]

PAIRS: tuple[Pair, ...] = (*SALES, *WORDS, *STATES, *CODES, *DEBTS, *CLAIMS)
