"""Counting the instructions that run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bchcov.vm.machine import Machine
from bchcov.vm.program import Program

__all__ = ["Counted"]


class Counted:
    """Counts the instructions that run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.runs = 0
        run = Machine.run

        def counting(vm: Machine, program: Program, position: int = 0) -> None:
            before = vm.instructions + position + sum(frame[1] for frame in vm.frames)
            try:
                run(vm, program, position)
            finally:
                self.runs += vm.instructions - before

        monkeypatch.setattr(Machine, "run", counting)

    def of(self, call: Callable[[], object]) -> int:
        before = self.runs
        call()
        return self.runs - before
