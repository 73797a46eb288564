"""Which processes of a session run, as the kernel tells it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

__all__ = ["WAIT_SECONDS", "alive", "needs_proc", "wait_until", "workers"]

# Far beyond what anything here takes, so that a busy machine fails no test.
WAIT_SECONDS = 120

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="only /proc tells which processes run"
)


def alive(session: int) -> dict[int, str]:
    """The command lines of the processes of a session that have not ended, by their numbers."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                # Other people's processes may be called anything.
                status = (folder / "stat").read_text(encoding="utf-8", errors="replace")
                fields = status.rpartition(")")[2].split()
                command = (folder / "cmdline").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            state, own = fields[0], int(fields[3])
            if own == session and state not in "ZX":
                found[int(folder.name)] = command
    return found


def workers(session: int) -> list[int]:
    """The numbers of the worker processes of a session."""
    return [number for number, line in alive(session).items() if "processes.worker" in line]


def wait_until(is_so: Callable[[], object]) -> None:
    """Wait for a condition, however long a busy machine takes."""
    end = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)
