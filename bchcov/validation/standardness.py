"""The relay rules: transaction size, output types, dust and data outputs.

Source: Bitcoin Cash Node 29, src/policy/policy.cpp and src/script/standard.cpp. Its test
that unlocking bytecodes only push is no part of this: the scripts fail on that in a block too.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..reasons import TransactionReason
from ..script.patterns import (
    is_data_output,
    is_p2pk,
    is_p2pkh,
    is_p2sh20,
    is_p2sh32,
    is_unspendable,
    match_multisig,
)
from ..transaction.codec import encode_output
from ..transaction.model import Output, Transaction
from ..vm.rules.policy import Policy
from .structure import check_version
from .verdict import Refused

__all__ = ["check_created", "check_source_kinds", "check_standardness", "dust_threshold"]


def dust_threshold(output: Output, policy: Policy) -> int:
    """Return the least satoshis with which an output is relayed, 0 for an unspendable output.

    Source: Bitcoin Cash Node 29, GetDustThreshold, at 1,000 satoshis a kilobyte.
    """
    if is_unspendable(output.locking_bytecode):
        return 0
    size = len(encode_output(output, before_tokens=True))
    return policy.dust_relay_multiple * (policy.dust_input_size + size)


def _is_standard_script(code: bytes, policy: Policy) -> bool:
    """Whether `code`, which is neither data nor a bare multisig, is of a kind that is relayed."""
    allowed = policy.standard_locking
    if allowed is not None and len(code) <= allowed:
        return True
    return is_p2pkh(code) or is_p2sh20(code) or is_p2sh32(code) or is_p2pk(code)


def check_source_kinds(source_outputs: Sequence[Output], policy: Policy) -> None:
    """Refuse to spend nonstandard outputs; a bare multisig may have up to 16 keys here."""
    for index, source in enumerate(source_outputs):
        code = source.locking_bytecode
        if not _is_standard_script(code, policy) and match_multisig(code) is None:
            raise Refused(
                TransactionReason.TX_NONSTANDARD_SOURCE_OUTPUT,
                f"the spent output has a nonstandard locking bytecode of {len(code)} bytes",
                input_index=index,
            )


def _check_kind(index: int, code: bytes, policy: Policy) -> None:
    # Bare multisig is matched before its length is looked at: 4 keys are 139 bytes, and
    # not relayed in 2026 either. Source: Bitcoin Cash Node 29, Solver and IsStandard.
    multisig = match_multisig(code)
    if multisig is None:
        standard = _is_standard_script(code, policy)
        what = f"nonstandard locking bytecode of {len(code)} bytes"
    else:
        keys = len(multisig.public_keys)
        standard = keys <= policy.standard_multisig_keys
        what = f"bare multisig of {keys} keys, relay limit {policy.standard_multisig_keys}"
    if not standard:
        raise Refused(TransactionReason.TX_NONSTANDARD_OUTPUT, f"output {index}: {what}")


def check_created(index: int, output: Output, policy: Policy) -> int:
    """Check one created output; return the size of its bytecode if it is a data output, else 0."""
    code = output.locking_bytecode
    if is_data_output(code):
        return len(code)
    _check_kind(index, code, policy)
    threshold = dust_threshold(output, policy)
    if output.value < threshold:
        raise Refused(
            TransactionReason.TX_DUST,
            f"output {index} has {output.value} satoshis, dust threshold {threshold}",
        )
    return 0


def check_standardness(transaction: Transaction, size: int, policy: Policy) -> None:
    """Refuse what nodes would not relay; `size` is the transaction's size in bytes.

    Source: Bitcoin Cash Node 29, IsStandardTx, in its order.
    """
    check_version(transaction, policy)
    if size > policy.standard_transaction:
        raise Refused(
            TransactionReason.TX_STANDARD_SIZE,
            f"{size} bytes, relay limit {policy.standard_transaction}",
        )
    for index, item in enumerate(transaction.inputs):
        length = len(item.unlocking_bytecode)
        if length > policy.standard_unlocking:
            raise Refused(
                TransactionReason.TX_UNLOCKING_SIZE,
                f"unlocking bytecode of {length} bytes, relay limit {policy.standard_unlocking}",
                input_index=index,
            )
    data = sum(
        check_created(index, output, policy) for index, output in enumerate(transaction.outputs)
    )
    if data > policy.data_carrier:
        raise Refused(
            TransactionReason.TX_DATA_CARRIER,
            f"{data} bytes in data outputs, relay limit {policy.data_carrier}",
        )
