"""`bchcov amm`: a session with a pool, its prompt, and races."""

from __future__ import annotations

from .command import amm

__all__ = ["amm"]
