"""What nodes relay: sizes, kinds of outputs, dust, data.

Source: Bitcoin Cash Node, policy.cpp; CHIP-2025-05 P2S.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..script.patterns import (
    is_data_output,
    is_p2pk,
    is_p2pkh,
    is_p2sh20,
    is_p2sh32,
    match_multisig,
)
from ..transaction.codec import encode_output
from ..transaction.model import Output, Transaction
from ..vm.rules.policy import Policy
from .verdict import Refused

__all__ = ["check_standardness", "dust_threshold"]


def dust_threshold(output: Output, policy: Policy) -> int:
    """The satoshis an output must have to be relayed; nothing for data outputs."""
    if is_data_output(output.locking_bytecode):
        return 0
    size = len(encode_output(output))
    return policy.dust_relay_multiple * (policy.dust_input_size + size)


def _is_known_pattern(code: bytes) -> bool:
    return (
        is_p2pkh(code)
        or is_p2sh20(code)
        or is_p2sh32(code)
        or is_p2pk(code)
        or is_data_output(code)
    )


def _check_source(index: int, code: bytes, policy: Policy) -> None:
    allowed = policy.standard_locking
    if allowed is None:
        standard = _is_known_pattern(code) or match_multisig(code) is not None
    else:
        standard = len(code) <= allowed or match_multisig(code) is not None
    if not standard:
        raise Refused(
            "standardness",
            "TX_NONSTANDARD_SOURCE_OUTPUT",
            f"the spent output's bytecode of {len(code)} bytes is of no standard kind",
            input_index=index,
        )


def _is_standard_multisig(code: bytes, most_keys: int) -> bool:
    multisig = match_multisig(code)
    return multisig is not None and 1 <= multisig.required <= len(multisig.public_keys) <= most_keys


def _check_created(index: int, output: Output, policy: Policy) -> int:
    """Check one output; return the bytes of data it carries."""
    code = output.locking_bytecode
    is_data = is_data_output(code)
    allowed = policy.standard_locking
    if allowed is None:
        standard = _is_known_pattern(code) or _is_standard_multisig(
            code, policy.standard_multisig_keys
        )
    else:
        standard = len(code) <= allowed or is_data
    if not standard:
        raise Refused(
            "standardness",
            "TX_NONSTANDARD_OUTPUT",
            f"output {index}: a bytecode of {len(code)} bytes of no standard kind",
        )
    threshold = dust_threshold(output, policy)
    if output.value < threshold:
        raise Refused(
            "standardness",
            "TX_DUST",
            f"output {index} has {output.value} satoshis, not at least {threshold}",
        )
    # The length byte counts as data, as nodes have it.
    return len(code) + 1 if is_data else 0


def check_standardness(
    transaction: Transaction, source_outputs: Sequence[Output], size: int, policy: Policy
) -> None:
    """Refuse what nodes would not relay; `size` is that of the transaction in bytes."""
    if size > policy.standard_transaction:
        raise Refused(
            "standardness",
            "TX_STANDARD_SIZE",
            f"{size} bytes, at most {policy.standard_transaction} are relayed",
        )
    for index, source in enumerate(source_outputs):
        _check_source(index, source.locking_bytecode, policy)
    data = sum(
        _check_created(index, output, policy) for index, output in enumerate(transaction.outputs)
    )
    if data > policy.data_carrier:
        raise Refused(
            "standardness",
            "TX_DATA_CARRIER",
            f"{data} bytes in data outputs, at most {policy.data_carrier} are relayed",
        )
    for index, item in enumerate(transaction.inputs):
        length = len(item.unlocking_bytecode)
        if length > policy.standard_unlocking:
            raise Refused(
                "standardness",
                "TX_UNLOCKING_SIZE",
                f"{length} unlocking bytes, at most {policy.standard_unlocking} are relayed",
                input_index=index,
            )
