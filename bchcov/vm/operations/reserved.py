"""Opcodes without a function: disabled, reserved for upgrades, or never allowed.

Every other opcode that a rule set does not define fails as BAD_OPCODE when executed.
"""

from __future__ import annotations

from ...errors import Reason, ScriptError
from ...script.opcodes import Op
from ..machine import Machine
from ..operation import Operation, control, introduced, operation

__all__ = [
    "DISABLED",
    "DISABLED_BEFORE_2018",
    "DISABLED_MULTIPLICATION",
    "DISCOURAGED_LOCKTIMES",
    "DISCOURAGED_NOPS",
    "FORBIDDEN",
    "IGNORED_LOCKTIMES",
    "UPGRADABLE_NOPS",
]

_UPGRADABLE = (
    Op.OP_NOP1,
    Op.OP_NOP4,
    Op.OP_NOP5,
    Op.OP_NOP6,
    Op.OP_NOP7,
    Op.OP_NOP8,
    Op.OP_NOP9,
    Op.OP_NOP10,
)


def _failing_if_present(opcode: Op, reason: Reason, detail: str) -> Operation:
    """( -- ) Fail, in untaken branches too."""

    @control(
        opcode,
        effect="--",
        summary=f"{detail}: a script fails on it, in untaken branches too.",
    )
    def run(vm: Machine, position: int) -> int:
        raise ScriptError(reason, detail)

    return run


def _nop(opcode: Op) -> Operation:
    """( -- )"""

    @operation(opcode, effect="--", summary="Do nothing; reserved for upgrades.")
    def run(vm: Machine) -> None:
        pass

    return run


def _discouraged(opcode: Op) -> Operation:
    """( -- ) Fail, since an upgrade may redefine the opcode."""

    @operation(
        opcode,
        effect="--",
        summary="Do nothing in a block; not relayed, since an upgrade may redefine it.",
    )
    def run(vm: Machine) -> None:
        raise ScriptError(Reason.DISCOURAGE_UPGRADABLE_NOPS, opcode.name)

    return run


def _disabled(opcode: Op, name: str) -> Operation:
    return _failing_if_present(opcode, Reason.DISABLED_OPCODE, f"{name} is disabled")


DISABLED = introduced(
    2010,
    "Bitcoin 0.3.10, CVE-2010-5137",
    _disabled(Op.OP_INVERT, "OP_INVERT"),
    _disabled(Op.OP_LSHIFTNUM, "OP_2MUL"),
    _disabled(Op.OP_RSHIFTNUM, "OP_2DIV"),
    _disabled(Op.OP_LSHIFTBIN, "OP_LSHIFT"),
    _disabled(Op.OP_RSHIFTBIN, "OP_RSHIFT"),
)
DISABLED_MULTIPLICATION = introduced(
    2010, "Bitcoin 0.3.10, CVE-2010-5137", _disabled(Op.OP_MUL, "OP_MUL")
)
DISABLED_BEFORE_2018 = introduced(
    2010,
    "Bitcoin 0.3.10",
    *(
        _disabled(opcode, opcode.name)
        for opcode in (
            Op.OP_CAT,
            Op.OP_SPLIT,
            Op.OP_NUM2BIN,
            Op.OP_BIN2NUM,
            Op.OP_AND,
            Op.OP_OR,
            Op.OP_XOR,
            Op.OP_DIV,
            Op.OP_MOD,
        )
    ),
)
FORBIDDEN = introduced(
    2009,
    "Bitcoin 0.1",
    _failing_if_present(Op.OP_BEGIN, Reason.BAD_OPCODE, "OP_VERIF"),
    _failing_if_present(Op.OP_UNTIL, Reason.BAD_OPCODE, "OP_VERNOTIF"),
)
UPGRADABLE_NOPS = introduced(2009, "Bitcoin 0.1", *map(_nop, _UPGRADABLE))
DISCOURAGED_NOPS = introduced(2009, "Bitcoin 0.1", *map(_discouraged, _UPGRADABLE))
IGNORED_LOCKTIMES = {
    "CHECKLOCKTIMEVERIFY": (_nop(Op.OP_CHECKLOCKTIMEVERIFY),),
    "CHECKSEQUENCEVERIFY": (_nop(Op.OP_CHECKSEQUENCEVERIFY),),
}
DISCOURAGED_LOCKTIMES = {
    "CHECKLOCKTIMEVERIFY": (_discouraged(Op.OP_CHECKLOCKTIMEVERIFY),),
    "CHECKSEQUENCEVERIFY": (_discouraged(Op.OP_CHECKSEQUENCEVERIFY),),
}
