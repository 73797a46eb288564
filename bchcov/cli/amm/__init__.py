"""The pool in person: `bchcov amm`, its prompt, and its races."""

from __future__ import annotations

from .command import amm

__all__ = ["amm"]
