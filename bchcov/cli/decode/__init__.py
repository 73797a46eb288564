"""`bchcov decode`: show the parts of a transaction."""

from __future__ import annotations

from .command import decode

__all__ = ["decode"]
