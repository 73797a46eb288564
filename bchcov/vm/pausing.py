"""A pause in long runs: compiled code does not look by itself for signals and other threads.

This module is not compiled: Python looks for them whenever one of its own functions begins.
"""

from __future__ import annotations

__all__ = ["BETWEEN", "pause"]

BETWEEN = 0x1000
"""About how many instructions a run executes between two pauses; a power of 2."""


def pause() -> None:
    """Let Python handle signals, Ctrl-C among them, and run other threads."""
