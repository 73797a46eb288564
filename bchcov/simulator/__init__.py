"""The simulator: a pool on an emulated chain, driven by commands, each a real transaction."""

from __future__ import annotations

from .answer import Answer
from .session import PROFILES, Session

__all__ = ["PROFILES", "Answer", "Session"]
