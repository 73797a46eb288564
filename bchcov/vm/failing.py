"""Steps that fail when they are reached: what the bytes of a script alone decide."""

from __future__ import annotations

from ..errors import Reason, ScriptError
from ..script.opcodes import opcode_name
from .machine import Machine
from .program import Step

__all__ = ["NonMinimalPush", "failing"]


def failing(reason: Reason, detail: str, *, always: bool) -> Step:
    """Make a step that fails when executed; with `always`, in untaken branches too."""

    def run(vm: Machine, position: int = 0) -> int:
        raise ScriptError(reason, detail)

    return None, run, 0, False, always


class NonMinimalPush:
    """Fails as MINIMALDATA; an object with slots, since a script may have thousands."""

    __slots__ = ("data", "opcode")

    def __init__(self, opcode: int, data: bytes) -> None:
        self.opcode = opcode
        self.data = data

    def __call__(self, _vm: Machine) -> None:
        raise ScriptError(
            Reason.MINIMALDATA,
            f"{opcode_name(self.opcode)} is not the shortest push of 0x{self.data[:32].hex()}",
        )
