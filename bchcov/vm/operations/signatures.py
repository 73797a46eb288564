"""Signature checks: of transactions and of data, with one key or several.

Source: the specifications of 2019-05-15 and 2019-11-15 (Schnorr), 2018-11-15
(OP_CHECKDATASIG), 2020-05-15 (SigChecks); BIPs 62, 66, 146 for encodings and NULLFAIL.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from ...crypto.der import parse_lax_der
from ...crypto.hashes import sha256
from ...crypto.secp256k1 import verify_ecdsa, verify_schnorr
from ...errors import Reason, ScriptError
from ...script.opcodes import Op
from ...transaction.context import TransactionContext
from ..machine import Machine
from ..operation import Operation, Reads, introduced, operation
from ..signing.signature_encoding import (
    check_any_form,
    check_ecdsa_form,
    check_public_key,
    check_schnorr_form,
    check_transaction_signature,
    is_announced_length,
)
from ..signing.signed_bytes import covered_bytecode, transaction_digest, without_signature
from .hashing import charge_hashing

__all__ = ["SIGNATURES", "may_cover"]


def _described(
    opcode: Op,
    failure: Reason | None,
    items: str,
    what: str,
    *,
    takes: int = 0,
    reads: Reads | None = None,
    charged: str,
) -> Callable[[Callable[[Machine], None]], Operation]:
    """Make an `operation` decorator that documents the plain or the VERIFY form."""
    result = "1 if the result is true" if failure is None else "1"
    return operation(
        opcode,
        takes=takes,
        reads=reads,
        effect=f"{items} -- valid" if failure is None else f"{items} --",
        summary=f"Whether {what}." if failure is None else f"Fail unless {what}.",
        charge=f"26,000 and the hash iterations of what is signed {charged}, and {result}",
    )


def may_cover(context: TransactionContext, _index: int) -> Hashable:
    """All that signatures may cover: everything but the unlocking bytecodes."""
    return (
        context.version,
        context.locktime,
        context.hash_outpoints,
        context.hash_sequences,
        context.hash_outputs,
        context.hash_source_outputs,
    )


def _is_valid(vm: Machine, signature: bytes, digest: bytes, public_key: bytes) -> bool:
    if len(signature) == 64 and vm.switches.schnorr:
        return verify_schnorr(signature, digest, public_key)
    numbers = parse_lax_der(signature)
    return numbers is not None and verify_ecdsa(*numbers, digest, public_key)


def _signs_transaction(vm: Machine, signature: bytes, public_key: bytes, code: bytes) -> bool:
    """Check a transaction signature, charging for the hashing of what it covers."""
    if not signature or vm.context is None or not is_announced_length(public_key):
        return False
    digest = transaction_digest(vm, code, signature[-1])
    return _is_valid(vm, signature[:-1], digest, public_key)


def _charge_checks(vm: Machine, count: int) -> None:
    vm.signature_checks += count
    vm.op_cost += count * vm.limits.signature_check_price


def _finish(vm: Machine, taken: int, success: bool, failure: Reason | None) -> None:
    """Replace `taken` items by the result; a VERIFY form fails instead of pushing false."""
    if failure is not None and not success:
        raise ScriptError(failure, "the signature check returned false")
    del vm.stack[-taken:]
    if failure is None:
        vm.push_bool(success)
    else:
        vm.op_cost += 1
    vm.check_budget()


def _refuse_failed(vm: Machine, success: bool) -> None:
    if not success and vm.switches.null_fail:
        raise ScriptError(Reason.SIG_NULLFAIL, "a non-empty signature does not verify")


def _check_signature(opcode: Op, failure: Reason | None) -> Operation:
    """( signature public_key -- success ) An empty signature gives false without failing."""

    @_described(
        opcode,
        failure,
        "signature public_key",
        "the key signed this transaction",
        takes=2,
        reads=may_cover,
        charged="for a non-empty signature",
    )
    def run(vm: Machine) -> None:
        signature, public_key = vm.stack[-2], vm.stack[-1]
        check_transaction_signature(vm, signature, check_any_form)
        check_public_key(vm, public_key)
        success = False
        if signature:
            code = without_signature(vm, covered_bytecode(vm), signature)
            success = _signs_transaction(vm, signature, public_key, code)
            _charge_checks(vm, 1)
            _refuse_failed(vm, success)
        _finish(vm, 2, success, failure)

    return run


def _check_data_signature(opcode: Op, failure: Reason | None) -> Operation:
    """( signature message public_key -- success ) The signature has no hash type."""

    @_described(
        opcode,
        failure,
        "signature message public_key",
        "the key signed the SHA-256 of the message",
        takes=3,
        charged="for a non-empty signature",
    )
    def run(vm: Machine) -> None:
        signature, message, public_key = vm.stack[-3:]
        if signature:
            check_any_form(vm, signature)
        check_public_key(vm, public_key)
        success = False
        if signature:
            success = is_announced_length(public_key) and _is_valid(
                vm, signature, sha256(message), public_key
            )
            _charge_checks(vm, 1)
            charge_hashing(vm, len(message), rounds=1)
            _refuse_failed(vm, success)
        _finish(vm, 3, success, failure)

    return run


def _decode_bitfield(item: bytes, count: int) -> int:
    size = (count + 7) // 8
    if len(item) != size:
        raise ScriptError(
            Reason.INVALID_BITFIELD_SIZE,
            f"bit field of {len(item)} bytes for {count} keys, expected {size}",
        )
    bits = int.from_bytes(item, "little")
    if bits >> count:
        raise ScriptError(
            Reason.INVALID_BIT_RANGE, f"bit field {bits:#b} selects a key beyond the {count} given"
        )
    return bits


def _check_schnorr_multisig(
    vm: Machine, dummy: bytes, signatures: list[bytes], keys: list[bytes]
) -> None:
    """Check each signature against the key that its bit selects, in the order of keys."""
    bits = _decode_bitfield(dummy, len(keys))
    if bits.bit_count() != len(signatures):
        raise ScriptError(
            Reason.INVALID_BIT_COUNT,
            f"bit field {bits:#b} selects {bits.bit_count()} keys for {len(signatures)} signatures",
        )
    code = covered_bytecode(vm)
    named = [key for at, key in enumerate(keys) if bits >> at & 1]
    for signature, key in zip(signatures, named, strict=True):
        check_transaction_signature(vm, signature, check_schnorr_form)
        check_public_key(vm, key)
        if not _signs_transaction(vm, signature, key, code):
            raise ScriptError(Reason.SIG_NULLFAIL, "a Schnorr signature does not verify")
        _charge_checks(vm, 1)


def _check_ecdsa_multisig(vm: Machine, signatures: list[bytes], keys: list[bytes]) -> bool:
    """Match signatures to keys, both from the last to the first, without going back."""
    missing, left = len(signatures), len(keys)
    if not any(signatures):
        # Nothing can match: nodes check key encodings until fewer keys than signatures are left.
        for key in reversed(keys[missing - 1 :]) if missing else ():
            check_public_key(vm, key)
        return not missing
    code = covered_bytecode(vm)
    for signature in dict.fromkeys(reversed(signatures)):
        code = without_signature(vm, code, signature)
    while 0 < missing <= left:
        signature, key = signatures[missing - 1], keys[left - 1]
        check_transaction_signature(vm, signature, check_ecdsa_form)
        check_public_key(vm, key)
        if _signs_transaction(vm, signature, key, code):
            missing -= 1
        left -= 1
    success = missing == 0
    _refuse_failed(vm, success)
    _charge_checks(vm, len(keys))
    return success


def _pop_count(vm: Machine, depth: int, highest: int, reason: Reason) -> int:
    """Read a number from 0 to `highest` at `depth` in the stack, 1 for the top item."""
    if len(vm.stack) < depth:
        raise ScriptError(
            Reason.INVALID_STACK_OPERATION, f"{depth} items needed, {len(vm.stack)} on the stack"
        )
    count = vm.decode_index(vm.stack[-depth])
    if not 0 <= count <= highest:
        raise ScriptError(reason, f"count {count} is out of range: expected 0 to {highest}")
    return count


def _check_multisig(opcode: Op, failure: Reason | None) -> Operation:
    """( dummy signatures... count keys... count -- success ) A non-empty dummy means Schnorr."""

    @_described(
        opcode,
        failure,
        "dummy signatures... count keys... count",
        "the given number of keys signed this transaction; a non-empty dummy is a bit field that"
        " selects the keys of Schnorr signatures",
        reads=may_cover,
        charged="for each signature (Schnorr) or each key (ECDSA)",
    )
    def run(vm: Machine) -> None:
        stack, limits = vm.stack, vm.limits
        key_count = _pop_count(vm, 1, limits.multisig_keys, Reason.PUBKEY_COUNT)
        if limits.operation_count is not None:
            vm.count_operations(key_count, limits.operation_count)
        signature_count = _pop_count(vm, 2 + key_count, key_count, Reason.SIG_COUNT)
        taken = 3 + key_count + signature_count
        if len(stack) < taken:
            raise ScriptError(
                Reason.INVALID_STACK_OPERATION, f"{taken} items needed, {len(stack)} on the stack"
            )
        dummy = stack[-taken]
        signatures = stack[1 - taken : -2 - key_count]
        keys = stack[-1 - key_count : -1]
        success = True
        if dummy and vm.switches.schnorr_multisig:
            _check_schnorr_multisig(vm, dummy, signatures, keys)
        else:
            success = _check_ecdsa_multisig(vm, signatures, keys)
            if dummy and vm.switches.null_dummy:
                raise ScriptError(Reason.SIG_NULLDUMMY, f"the dummy is 0x{dummy[:32].hex()}")
        _finish(vm, taken, success, failure)

    return run


SIGNATURES = (
    *introduced(
        2009,
        "Bitcoin 0.1; Schnorr: the May 2019 upgrade specification",
        _check_signature(Op.OP_CHECKSIG, None),
        _check_signature(Op.OP_CHECKSIGVERIFY, Reason.CHECKSIGVERIFY),
    ),
    *introduced(
        2018,
        "the November 2018 upgrade specification, OP_CHECKDATASIG",
        _check_data_signature(Op.OP_CHECKDATASIG, None),
        _check_data_signature(Op.OP_CHECKDATASIGVERIFY, Reason.CHECKDATASIGVERIFY),
    ),
    *introduced(
        2009,
        "Bitcoin 0.1; Schnorr: the November 2019 upgrade specification",
        _check_multisig(Op.OP_CHECKMULTISIG, None),
        _check_multisig(Op.OP_CHECKMULTISIGVERIFY, Reason.CHECKMULTISIGVERIFY),
    ),
)
