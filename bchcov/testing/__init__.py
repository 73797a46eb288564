"""Tools for testing contracts and for testing this library."""

from __future__ import annotations

from .strategies import inputs, outputs, scripts, tokens, transactions

__all__ = ["inputs", "outputs", "scripts", "tokens", "transactions"]
