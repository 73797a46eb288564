"""`bchcov fuzz`: search for the check that nobody wrote."""

from __future__ import annotations

from .command import fuzz

__all__ = ["fuzz"]
