"""`bchcov debug`: step through a spend, forwards and backwards."""

from __future__ import annotations

from .command import debug

__all__ = ["debug"]
