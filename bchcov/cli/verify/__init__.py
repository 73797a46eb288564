"""`bchcov verify`: transactions as lines of JSON in, verdicts as lines of JSON out."""

from __future__ import annotations

from .command import verify

__all__ = ["verify"]
