"""`bchcov decode`: a transaction in hexadecimal in, its parts out."""

from __future__ import annotations

from .command import decode

__all__ = ["decode"]
