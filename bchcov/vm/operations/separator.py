"""OP_CODESEPARATOR: signatures cover the script after the last one executed."""

from __future__ import annotations

from ...script.opcodes import Op
from ..machine import Machine
from ..operation import introduced, operation

__all__ = ["SEPARATOR"]


@operation(Op.OP_CODESEPARATOR)
def code_separator(vm: Machine) -> None:
    """( -- ) Signatures checked after it cover only the script from here on."""
    # Its position is known when the script is decoded: see decode.py.


SEPARATOR = introduced(2009, "Bitcoin 0.1", code_separator)
