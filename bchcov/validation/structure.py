"""The first checks of a transaction: counts, size, version, outpoints and values.

Source: Bitcoin Cash Node 29, src/consensus/tx_check.cpp and tx_verify.cpp.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..reasons import TransactionReason
from ..script.patterns import is_unspendable
from ..transaction.constants import NULL_OUTPOINT
from ..transaction.model import Input, Output, Transaction
from ..vm.rules.policy import Policy
from .verdict import Refused

__all__ = [
    "check_counts",
    "check_smallest",
    "check_sources",
    "check_spent_values",
    "check_structure",
    "check_version",
]


def _refuse_null(index: int) -> Refused:
    return Refused(
        TransactionReason.TX_NULL_OUTPOINT,
        f"input {index} has the null outpoint, which only a coinbase may have",
        input_index=index,
    )


def _outpoint(item: Input) -> tuple[bytes, int]:
    return item.outpoint_hash, item.outpoint_index


def check_counts(transaction: Transaction) -> None:
    """Refuse a coinbase, and a transaction without inputs or outputs.

    A coinbase is valid only as the first transaction of a block; blocks are not judged here.
    """
    if len(transaction.inputs) == 1 and _outpoint(transaction.inputs[0]) == NULL_OUTPOINT:
        raise _refuse_null(0)
    if not transaction.inputs:
        raise Refused(TransactionReason.TX_NO_INPUTS, "the transaction has no inputs")
    if not transaction.outputs:
        raise Refused(TransactionReason.TX_NO_OUTPUTS, "the transaction has no outputs")


def check_sources(transaction: Transaction, source_outputs: Sequence[Output]) -> None:
    """Refuse unless there is exactly one spent output for each input."""
    inputs = len(transaction.inputs)
    if inputs != len(source_outputs):
        raise Refused(
            TransactionReason.TX_SOURCE_OUTPUTS,
            f"{inputs} inputs and {len(source_outputs)} spent outputs",
        )


def _refuse_size(size: int, policy: Policy) -> Refused:
    return Refused(
        TransactionReason.TX_SIZE,
        f"size {size} is out of range: expected {policy.smallest_transaction} to"
        f" {policy.largest_transaction} bytes",
    )


def check_smallest(size: int, policy: Policy) -> None:
    """Refuse a transaction that is smaller than the minimum size."""
    if size < policy.smallest_transaction:
        raise _refuse_size(size, policy)


def check_version(transaction: Transaction, policy: Policy) -> None:
    """Refuse a transaction version that the policy does not allow."""
    if transaction.version not in policy.versions:
        raise Refused(
            TransactionReason.TX_VERSION,
            f"version {transaction.version} is not allowed: expected"
            f" {' or '.join(map(str, policy.versions))}",
        )


def _check_outpoints(transaction: Transaction) -> None:
    if len(transaction.inputs) == 1:
        return
    seen: dict[tuple[bytes, int], int] = {}
    for index, item in enumerate(transaction.inputs):
        outpoint = _outpoint(item)
        if outpoint == NULL_OUTPOINT:
            raise _refuse_null(index)
        first = seen.setdefault(outpoint, index)
        if first != index:
            raise Refused(
                TransactionReason.TX_DUPLICATE_INPUT,
                f"inputs {first} and {index} both spend {item.outpoint_txid}:{item.outpoint_index}",
                input_index=index,
            )


def check_structure(transaction: Transaction, size: int, policy: Policy) -> None:
    """Refuse a size above the limit, values above the money supply, and unusable outpoints.

    An outpoint may be spent only once, and the null outpoint of coinbases never.
    Source: Bitcoin Cash Node 29, CheckRegularTransaction.
    """
    if size > policy.largest_transaction:
        raise _refuse_size(size, policy)
    total = 0
    for index, output in enumerate(transaction.outputs):
        total = _add("output", index, output.value, total, policy)
    _check_outpoints(transaction)


def _add(what: str, index: int, value: int, total: int, policy: Policy) -> int:
    total += value
    if total > policy.maximum_value:
        raise Refused(
            TransactionReason.TX_VALUE_RANGE,
            f"{what} {index} has {value} satoshis, total {total}, limit {policy.maximum_value}",
        )
    return total


def check_spent_values(
    transaction: Transaction,
    source_outputs: Sequence[Output],
    policy: Policy,
    *,
    longest_script: int,
) -> None:
    """Refuse to spend unspendable outputs, more than all coins, or less than the outputs pay.

    `longest_script` is the most bytes of a script that can run.
    Source: Bitcoin Cash Node 29, Consensus::CheckTxInputs.
    """
    spent = 0
    for index, source in enumerate(source_outputs):
        if is_unspendable(source.locking_bytecode, longest_script):
            raise Refused(
                TransactionReason.TX_UNSPENDABLE_SOURCE_OUTPUT,
                "the spent output's locking bytecode begins with OP_RETURN or is too long to run",
                input_index=index,
            )
        spent = _add("spent output", index, source.value, spent, policy)
    created = sum(output.value for output in transaction.outputs)
    if created > spent:
        raise Refused(
            TransactionReason.TX_OUTPUTS_EXCEED_INPUTS,
            f"the outputs have {created} satoshis, the inputs only {spent}",
        )
