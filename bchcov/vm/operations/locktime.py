"""Absolute and relative locktime checks; both leave their operand on the stack.

Source: BIPs 65, 68, 112.
"""

from __future__ import annotations

from ...errors import Reason, ScriptError
from ...script.number_values import number_decoder
from ...script.opcodes import Op
from ...transaction.constants import (
    AGE_IS_TIME,
    AGE_MASK,
    LOCKTIME_THRESHOLD,
    NO_AGE,
    SEQUENCE_FINAL,
)
from ...transaction.context import TransactionContext
from ...transaction.differences import reading_lock
from ..machine import Machine
from ..operation import introduced, operation

__all__ = ["LOCKTIMES"]

_LOCKTIME_SIZE = 5


def _peek_locktime(vm: Machine) -> int:
    decode = number_decoder(_LOCKTIME_SIZE, minimal=vm.switches.minimal_data)
    locktime = decode(vm.stack[-1])
    if locktime < 0:
        raise ScriptError(Reason.NEGATIVE_LOCKTIME, f"locktime {locktime} is negative")
    return locktime


def _lock(context: TransactionContext, index: int) -> tuple[int, int]:
    transaction = context.transaction
    return transaction.locktime, transaction.inputs[index].sequence


def _age(context: TransactionContext, index: int) -> tuple[int, int]:
    transaction = context.transaction
    return transaction.version, transaction.inputs[index].sequence


@operation(Op.OP_CHECKLOCKTIMEVERIFY, takes=1, reads=_lock, parts=reading_lock)
def check_locktime(vm: Machine) -> None:
    """( locktime -- locktime ) Fail unless the transaction's locktime is at least the operand."""
    required, context = _peek_locktime(vm), vm.context
    if context is None:
        raise ScriptError(Reason.UNSATISFIED_LOCKTIME, "the script runs without a transaction")
    transaction = context.transaction
    locktime = transaction.locktime
    if (locktime < LOCKTIME_THRESHOLD) != (required < LOCKTIME_THRESHOLD):
        raise ScriptError(
            Reason.UNSATISFIED_LOCKTIME,
            f"required {required} and locktime {locktime} mix a block height and a time",
        )
    if required > locktime:
        raise ScriptError(Reason.UNSATISFIED_LOCKTIME, f"locktime {locktime} is before {required}")
    if transaction.inputs[vm.index].sequence == SEQUENCE_FINAL:
        raise ScriptError(
            Reason.UNSATISFIED_LOCKTIME,
            "the input's sequence number 0xffffffff disables the locktime",
        )


@operation(Op.OP_CHECKSEQUENCEVERIFY, takes=1, reads=_age, parts=reading_lock)
def check_sequence(vm: Machine) -> None:
    """( sequence -- sequence ) Fail unless the input's relative locktime reaches the operand."""
    required, context = _peek_locktime(vm), vm.context
    if required & NO_AGE:
        return
    if context is None:
        raise ScriptError(Reason.UNSATISFIED_LOCKTIME, "the script runs without a transaction")
    sequence = context.transaction.inputs[vm.index].sequence
    if context.transaction.version < 2 or sequence & NO_AGE:
        raise ScriptError(
            Reason.UNSATISFIED_LOCKTIME,
            f"version {context.transaction.version} and sequence number {sequence:#x}"
            " set no relative locktime",
        )
    if (required ^ sequence) & AGE_IS_TIME:
        raise ScriptError(
            Reason.UNSATISFIED_LOCKTIME,
            f"required {required:#x} and sequence number {sequence:#x} mix blocks and time",
        )
    if required & AGE_MASK > sequence & AGE_MASK:
        raise ScriptError(
            Reason.UNSATISFIED_LOCKTIME,
            f"relative locktime {sequence & AGE_MASK} is before {required & AGE_MASK}",
        )


LOCKTIMES = (
    *introduced(2015, "BIP 65", check_locktime),
    *introduced(2016, "BIPs 68 and 112", check_sequence),
)
