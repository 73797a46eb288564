"""Introspection: the opcodes that read the transaction.

Source: CHIP-2021-02 Native Introspection Opcodes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ...errors import Reason, ScriptError
from ...script.number_values import encode_value
from ...script.opcodes import Op
from ...transaction.context import TransactionContext
from ...transaction.differences import reading_frame, reading_input, reading_output, reading_source
from ...transaction.model import Input, Output
from ..machine import Machine
from ..operation import Operation, Parts, introduced, operation
from ..signing.signed_bytes import covered_bytecode

__all__ = ["INTROSPECTION", "of_created", "of_spent"]

_CHARGE = "the length of the result"


def _require_context(vm: Machine) -> TransactionContext:
    if vm.context is None:
        raise ScriptError(Reason.CONTEXT_NOT_PRESENT, "the script runs without a transaction")
    return vm.context


def _of_machine(
    opcode: Op, gives: str, summary: str, read: Callable[[Machine], bytes]
) -> Operation:
    """( -- read(machine) )"""

    @operation(opcode, gives=1, effect=f"-- {gives}", summary=summary, charge=_CHARGE)
    def run(vm: Machine) -> None:
        _require_context(vm)
        vm.push(read(vm))

    return run


def _of_transaction(
    opcode: Op, gives: str, summary: str, read: Callable[[TransactionContext], bytes]
) -> Operation:
    """( -- read(transaction) )"""

    def reads(context: TransactionContext, _index: int) -> bytes:
        return read(context)

    @operation(
        opcode,
        gives=1,
        reads=reads,
        parts=reading_frame,
        effect=f"-- {gives}",
        summary=summary,
        charge=_CHARGE,
    )
    def run(vm: Machine) -> None:
        vm.push(read(_require_context(vm)))

    return run


ItemT = TypeVar("ItemT", Input, Output)


def _indexed(
    opcode: Op,
    gives: str,
    summary: str,
    items: Callable[[TransactionContext], Sequence[ItemT]],
    missing: Reason,
    read: Callable[[ItemT], bytes],
    parts: Parts,
) -> Operation:
    """( index -- read(items[index]) )"""

    def reads(context: TransactionContext, index: int) -> bytes | int:
        found = items(context)
        # What is missing is reported with the count: a number, which no item is.
        return read(found[index]) if 0 <= index < len(found) else len(found)

    # As in nodes, the stack is checked after the context: hence no `takes`.
    @operation(
        opcode,
        reads=reads,
        parts=parts,
        is_indexed=True,
        effect=f"index -- {gives}",
        summary=summary,
        charge=_CHARGE,
    )
    def run(vm: Machine) -> None:
        context = _require_context(vm)
        if not vm.stack:
            raise ScriptError(
                Reason.INVALID_STACK_OPERATION, "the stack is empty, an index is needed"
            )
        index, found = vm.decode_index(vm.stack[-1]), items(context)
        if not 0 <= index < len(found):
            raise ScriptError(missing, f"index {index} is out of range: there are {len(found)}")
        vm.stack.pop()
        vm.push(read(found[index]))

    return run


def _of_input(opcode: Op, gives: str, summary: str, read: Callable[[Input], bytes]) -> Operation:
    """( index -- read(input) )"""
    missing = Reason.INVALID_TX_INPUT_INDEX
    return _indexed(
        opcode,
        gives,
        summary,
        lambda context: context.transaction.inputs,
        missing,
        read,
        reading_input,
    )


def of_spent(opcode: Op, gives: str, what: str, read: Callable[[Output], bytes]) -> Operation:
    """( index -- read(the output that an input spends) )"""
    summary, missing = f"{what} of the output that an input spends.", Reason.INVALID_TX_INPUT_INDEX
    return _indexed(
        opcode,
        gives,
        summary,
        lambda context: context.source_outputs,
        missing,
        read,
        reading_source,
    )


def of_created(opcode: Op, gives: str, what: str, read: Callable[[Output], bytes]) -> Operation:
    """( index -- read(output) )"""
    summary, missing = f"{what} of an output.", Reason.INVALID_TX_OUTPUT_INDEX
    return _indexed(
        opcode,
        gives,
        summary,
        lambda context: context.transaction.outputs,
        missing,
        read,
        reading_output,
    )


def _version(context: TransactionContext) -> bytes:
    return encode_value(int.from_bytes(context.version, "little", signed=True))


def _input_count(context: TransactionContext) -> bytes:
    return encode_value(len(context.transaction.inputs))


def _output_count(context: TransactionContext) -> bytes:
    return encode_value(len(context.transaction.outputs))


def _locktime(context: TransactionContext) -> bytes:
    return encode_value(context.transaction.locktime)


def _input_index(vm: Machine) -> bytes:
    return encode_value(vm.index)


def _value(output: Output) -> bytes:
    return encode_value(output.value)


def _locking_bytecode(output: Output) -> bytes:
    return output.locking_bytecode


_RUNNING = "The running script, from its last executed OP_CODESEPARATOR on."
_SPENT_ID = "The outpoint transaction hash of an input, in wire order."

INTROSPECTION = introduced(
    2022,
    "CHIP-2021-02 Native Introspection Opcodes",
    _of_machine(Op.OP_INPUTINDEX, "index", "The index of the input being evaluated.", _input_index),
    _of_machine(Op.OP_ACTIVEBYTECODE, "bytecode", _RUNNING, covered_bytecode),
    _of_transaction(Op.OP_TXVERSION, "version", "The transaction's version.", _version),
    _of_transaction(Op.OP_TXINPUTCOUNT, "count", "The number of inputs.", _input_count),
    _of_transaction(Op.OP_TXOUTPUTCOUNT, "count", "The number of outputs.", _output_count),
    _of_transaction(Op.OP_TXLOCKTIME, "locktime", "The transaction's locktime.", _locktime),
    of_spent(Op.OP_UTXOVALUE, "satoshis", "The value", _value),
    of_spent(Op.OP_UTXOBYTECODE, "bytecode", "The locking bytecode", _locking_bytecode),
    _of_input(Op.OP_OUTPOINTTXHASH, "hash", _SPENT_ID, lambda item: item.outpoint_hash),
    _of_input(
        Op.OP_OUTPOINTINDEX,
        "index",
        "The outpoint index of an input.",
        lambda item: encode_value(item.outpoint_index),
    ),
    _of_input(
        Op.OP_INPUTBYTECODE,
        "bytecode",
        "The unlocking bytecode of an input.",
        lambda item: item.unlocking_bytecode,
    ),
    _of_input(
        Op.OP_INPUTSEQUENCENUMBER,
        "sequence",
        "The sequence number of an input.",
        lambda item: encode_value(item.sequence),
    ),
    of_created(Op.OP_OUTPUTVALUE, "satoshis", "The value", _value),
    of_created(Op.OP_OUTPUTBYTECODE, "bytecode", "The locking bytecode", _locking_bytecode),
)
