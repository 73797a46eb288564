"""Which bytes of the script, and which digest, a transaction signature covers."""

from __future__ import annotations

from ...crypto.hashes import hash256
from ...script.pushes import Instruction, encode_push_by_length, instructions
from ...transaction.sighash import (
    legacy_digest,
    legacy_signing_serialization,
    signing_serialization,
)
from ..machine import Machine
from ..operations.hashing import charge_hashing

__all__ = ["covered_bytecode", "transaction_digest", "without_signature"]

_FORKID = 0x40


def covered_bytecode(vm: Machine) -> bytes:
    """The running script from its last executed OP_CODESEPARATOR on."""
    return vm.code[vm.code_start :] if vm.code_start else vm.code


def transaction_digest(vm: Machine, code: bytes, hash_type: int) -> bytes:
    """Compute the digest that a signature with this hash type signs; charge for the hashing."""
    context = vm.context
    assert context is not None
    if hash_type & _FORKID and vm.switches.fork_id:
        serialization = signing_serialization(
            context, vm.index, code, hash_type, tokens=vm.switches.tokens
        )
        charge_hashing(vm, len(serialization), rounds=2)
        return hash256(serialization)
    legacy = legacy_signing_serialization(context, vm.index, code, hash_type)
    if legacy is not None:
        charge_hashing(vm, len(legacy), rounds=2)
    return legacy_digest(legacy)


def _delete(code: bytes, pattern: bytes) -> bytes:
    """Remove `pattern` wherever an instruction begins with it, up to one that is cut off."""
    if pattern not in code:
        return code
    kept: list[bytes] = []
    start = at = 0
    step: Instruction | None
    while True:
        kept.append(code[start:at])
        while code.startswith(pattern, at):
            at += len(pattern)
        start = at
        step = next(instructions(code, at), None)
        if step is None or step.missing:
            return b"".join(kept) + code[start:]
        at = step.end


def without_signature(vm: Machine, code: bytes, signature: bytes) -> bytes:
    """Remove a signature without fork id from the script it signs, as it was before the fork."""
    if vm.switches.fork_id and signature and signature[-1] & _FORKID:
        return code
    return _delete(code, encode_push_by_length(signature))
