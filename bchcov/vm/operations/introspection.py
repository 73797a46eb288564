"""What a script may read of its transaction.

Source: CHIP-2021-02 Native Introspection Opcodes.
"""

from __future__ import annotations

from collections.abc import Callable

from ...errors import Reason, ScriptError
from ...script.numbers import encode_number
from ...script.opcodes import Op
from ...transaction.context import TransactionContext
from ..machine import Machine
from ..operation import Operation, introduced, operation
from ..signing.signed_bytes import covered_bytecode

__all__ = ["INTROSPECTION", "of_input", "of_output"]

_CHARGE = "the length of the result"


def _require_context(vm: Machine) -> TransactionContext:
    if vm.context is None:
        raise ScriptError(Reason.CONTEXT_NOT_PRESENT, "there is no transaction")
    return vm.context


def _of_transaction(
    opcode: Op, gives: str, summary: str, read: Callable[[Machine, TransactionContext], bytes]
) -> Operation:
    """( -- read(transaction) )"""

    @operation(opcode, gives=1, effect=f"-- {gives}", summary=summary, charge=_CHARGE)
    def run(vm: Machine) -> None:
        vm.push(read(vm, _require_context(vm)))

    return run


def _indexed(
    opcode: Op,
    gives: str,
    summary: str,
    count: Callable[[TransactionContext], int],
    missing: Reason,
    read: Callable[[TransactionContext, int], bytes],
) -> Operation:
    """( index -- read(transaction, index) )"""

    # The stack is looked at after the context, as nodes do: hence no `takes`.
    @operation(opcode, effect=f"index -- {gives}", summary=summary, charge=_CHARGE)
    def run(vm: Machine) -> None:
        context = _require_context(vm)
        if not vm.stack:
            raise ScriptError(Reason.INVALID_STACK_OPERATION, "an index is needed")
        index, size = vm.decode_index(vm.stack[-1]), count(context)
        if not 0 <= index < size:
            raise ScriptError(missing, f"index {index} of {size}")
        vm.stack.pop()
        vm.push(read(context, index))

    return run


def of_input(
    opcode: Op, gives: str, summary: str, read: Callable[[TransactionContext, int], bytes]
) -> Operation:
    """( index -- read(input or spent output) )"""
    return _indexed(
        opcode,
        gives,
        summary,
        lambda context: len(context.transaction.inputs),
        Reason.INVALID_TX_INPUT_INDEX,
        read,
    )


def of_output(
    opcode: Op, gives: str, summary: str, read: Callable[[TransactionContext, int], bytes]
) -> Operation:
    """( index -- read(output) )"""
    return _indexed(
        opcode,
        gives,
        summary,
        lambda context: len(context.transaction.outputs),
        Reason.INVALID_TX_OUTPUT_INDEX,
        read,
    )


def _signed_version(context: TransactionContext) -> int:
    return int.from_bytes(context.version, "little", signed=True)


INTROSPECTION = introduced(
    2022,
    "CHIP-2021-02 Native Introspection Opcodes",
    _of_transaction(
        Op.OP_INPUTINDEX,
        "index",
        "The index of the input that is evaluated.",
        lambda vm, context: encode_number(vm.index),
    ),
    _of_transaction(
        Op.OP_ACTIVEBYTECODE,
        "bytecode",
        "The script that runs, from its last executed OP_CODESEPARATOR on.",
        lambda vm, context: covered_bytecode(vm),
    ),
    _of_transaction(
        Op.OP_TXVERSION,
        "version",
        "The transaction's version.",
        lambda vm, context: encode_number(_signed_version(context)),
    ),
    _of_transaction(
        Op.OP_TXINPUTCOUNT,
        "count",
        "The number of inputs.",
        lambda vm, context: encode_number(len(context.transaction.inputs)),
    ),
    _of_transaction(
        Op.OP_TXOUTPUTCOUNT,
        "count",
        "The number of outputs.",
        lambda vm, context: encode_number(len(context.transaction.outputs)),
    ),
    _of_transaction(
        Op.OP_TXLOCKTIME,
        "locktime",
        "The transaction's locktime.",
        lambda vm, context: encode_number(context.transaction.locktime),
    ),
    of_input(
        Op.OP_UTXOVALUE,
        "satoshis",
        "The value of the output that an input spends.",
        lambda context, at: encode_number(context.source_outputs[at].value),
    ),
    of_input(
        Op.OP_UTXOBYTECODE,
        "bytecode",
        "The locking bytecode of the output that an input spends.",
        lambda context, at: context.source_outputs[at].locking_bytecode,
    ),
    of_input(
        Op.OP_OUTPOINTTXHASH,
        "hash",
        "The id, in wire order, of the transaction whose output an input spends.",
        lambda context, at: context.transaction.inputs[at].outpoint_hash,
    ),
    of_input(
        Op.OP_OUTPOINTINDEX,
        "index",
        "The index of the output that an input spends.",
        lambda context, at: encode_number(context.transaction.inputs[at].outpoint_index),
    ),
    of_input(
        Op.OP_INPUTBYTECODE,
        "bytecode",
        "The unlocking bytecode of an input.",
        lambda context, at: context.transaction.inputs[at].unlocking_bytecode,
    ),
    of_input(
        Op.OP_INPUTSEQUENCENUMBER,
        "sequence",
        "The sequence number of an input.",
        lambda context, at: encode_number(context.transaction.inputs[at].sequence),
    ),
    of_output(
        Op.OP_OUTPUTVALUE,
        "satoshis",
        "The value of an output.",
        lambda context, at: encode_number(context.transaction.outputs[at].value),
    ),
    of_output(
        Op.OP_OUTPUTBYTECODE,
        "bytecode",
        "The locking bytecode of an output.",
        lambda context, at: context.transaction.outputs[at].locking_bytecode,
    ),
)
