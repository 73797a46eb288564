"""The names of script failures in nodes' test files."""

from __future__ import annotations

from ..errors import Reason
from ..script.opcodes import Op
from ..vm.result import InputResult

__all__ = ["ACCEPTED", "is_name_of"]

# The names in the files that differ from our reasons, and the reasons that they stand for.
_NAMES = {
    "NULLFAIL": {"SIG_NULLFAIL"},
    "NULLDUMMY": {"SIG_NULLDUMMY"},
    "BITFIELD_SIZE": {"INVALID_BITFIELD_SIZE"},
    "BIT_RANGE": {"INVALID_BIT_RANGE"},
    "OPERAND_SIZE": {"INVALID_OPERAND_SIZE"},
    "SPLIT_RANGE": {"INVALID_SPLIT_RANGE"},
    "MISSING_FORKID": {"MUST_USE_FORKID"},
    "NONCOMPRESSED_PUBKEY": {"PUBKEYTYPE"},
    "ELEMENT_SIZE": {"PUSH_SIZE"},
    "INTEGER_OVERFLOW": {"INVALID_NUMBER_RANGE"},
    "NUMBER_OVERFLOW": {"INVALID_NUMBER_RANGE"},
    "BAD_INTEGER_ENCODING": {"MINIMALNUM"},
    "NUMBER_BAD_ENCODING": {"MINIMALNUM"},
    # Nodes had no name for an invalid number until 2024, and one node had no names for the
    # failures of the 2018 opcodes until 2019.
    "UNKNOWN_ERROR": {
        "MINIMALNUM",
        "INVALID_NUMBER_RANGE",
        "INVALID_NUMBER_RANGE_64_BIT",
        "INVALID_OPERAND_SIZE",
        "INVALID_SPLIT_RANGE",
        "IMPOSSIBLE_ENCODING",
        "PUSH_SIZE",
        "DIV_BY_ZERO",
        "MOD_BY_ZERO",
    },
}
ACCEPTED = "OK"


def is_name_of(result: InputResult, expected: str) -> bool:
    """Whether the name in a file stands for this result; "OK" stands for accepted."""
    got = result.reason.value if result.reason else ACCEPTED
    if got in _NAMES.get(expected, {expected}):
        return True
    # One node reports opcodes that are not yet active as disabled.
    return (
        expected == "DISABLED_OPCODE"
        and result.reason is Reason.BAD_OPCODE
        and (result.opcode or 0) > Op.OP_NOP10
    )
