"""`bchcov verify`: read transactions and write verdicts, both as lines of JSON."""

from __future__ import annotations

from .command import verify

__all__ = ["verify"]
