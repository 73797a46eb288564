"""Counts, size, version, outpoints and values: what is judged before anything else."""

from __future__ import annotations

from collections.abc import Sequence

from ..transaction.model import Output, Transaction
from ..vm.rules.policy import Policy
from .verdict import Refused

__all__ = ["check_counts", "check_sources", "check_structure", "check_values"]


def check_counts(transaction: Transaction) -> None:
    """Refuse a transaction without inputs or outputs."""
    if not transaction.inputs:
        raise Refused("structure", "TX_NO_INPUTS", "the transaction has no inputs")
    if not transaction.outputs:
        raise Refused("structure", "TX_NO_OUTPUTS", "the transaction has no outputs")


def check_sources(transaction: Transaction, source_outputs: Sequence[Output]) -> None:
    """Refuse other than one spent output for each input."""
    inputs = len(transaction.inputs)
    if inputs != len(source_outputs):
        raise Refused(
            "structure",
            "TX_SOURCE_OUTPUTS",
            f"{inputs} inputs and {len(source_outputs)} spent outputs",
        )


def check_structure(transaction: Transaction, size: int, policy: Policy) -> None:
    """Refuse a wrong size (in bytes), a wrong version, or an outpoint that is spent twice."""
    if not policy.smallest_transaction <= size <= policy.largest_transaction:
        raise Refused(
            "structure",
            "TX_SIZE",
            f"{size} bytes, allowed are {policy.smallest_transaction}"
            f" to {policy.largest_transaction}",
        )
    if transaction.version not in policy.versions:
        raise Refused(
            "structure",
            "TX_VERSION",
            f"version {transaction.version}, allowed are {policy.versions}",
        )
    if len(transaction.inputs) == 1:
        return
    seen: dict[tuple[bytes, int], int] = {}
    for index, item in enumerate(transaction.inputs):
        first = seen.setdefault((item.outpoint_hash, item.outpoint_index), index)
        if first != index:
            raise Refused(
                "structure",
                "TX_DUPLICATE_INPUT",
                f"inputs {first} and {index} spend {item.outpoint_txid}:{item.outpoint_index}",
                input_index=index,
            )


def _sum(outputs: Sequence[Output], what: str, maximum: int) -> int:
    total = 0
    for index, output in enumerate(outputs):
        total += output.value
        if output.value > maximum or total > maximum:
            raise Refused(
                "values",
                "TX_VALUE_RANGE",
                f"{what} {index} has {output.value} satoshis, in sum {total}: at most {maximum}",
            )
    return total


def check_values(
    transaction: Transaction, source_outputs: Sequence[Output], policy: Policy
) -> None:
    """Refuse values beyond all coins, each and in sum, and outputs that exceed the inputs."""
    spent = _sum(source_outputs, "spent output", policy.maximum_value)
    created = _sum(transaction.outputs, "output", policy.maximum_value)
    if created > spent:
        raise Refused(
            "values",
            "TX_OUTPUTS_EXCEED_INPUTS",
            f"{created} satoshis in outputs, {spent} in inputs",
        )
