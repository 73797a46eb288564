"""The script bytes and the digest that a transaction signature covers."""

from __future__ import annotations

from functools import lru_cache

from ...crypto.hashes import hash256
from ...script.pushes import encode_push_by_length
from ...transaction.sighash import (
    HashType,
    legacy_digest,
    legacy_signing_serialization,
    signing_serialization,
)
from ..machine import Machine
from ..operations.hashing import charge_hashing

__all__ = ["covered_bytecode", "transaction_digest", "without_signature"]

_FORKID = int(HashType.FORKID)
_PUSHDATA_1, _PUSHDATA_4 = 0x4C, 0x4E


def covered_bytecode(vm: Machine) -> bytes:
    """Return the running script from its last executed OP_CODESEPARATOR on."""
    return vm.code[vm.code_start :] if vm.code_start else vm.code


def transaction_digest(vm: Machine, code: bytes, hash_type: int) -> bytes:
    """Compute the digest for a signature with this hash type, and charge for the hashing."""
    context = vm.context
    assert context is not None
    if vm.switches.replay_protection:
        # The fork id, normally 0, that nodes switched to when they missed an upgrade.
        hash_type |= 0xFFDE_AD00
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


# Cached: a script may check the same, mostly empty, signatures over and over.
@lru_cache(maxsize=64)
def _delete(code: bytes, pattern: bytes) -> bytes:
    """Remove every occurrence of an instruction from `code`, up to one that is cut off."""
    if pattern not in code:
        return code
    kept: list[bytes] = []
    start = at = 0
    end = len(code)
    # The same walk as `instructions`, without making objects, for speed.
    while at < end:
        offset, opcode = at, code[at]
        at += 1
        if opcode < _PUSHDATA_1:
            at += opcode
        elif opcode <= _PUSHDATA_4:
            data = at + (1 << (opcode - _PUSHDATA_1))
            at = data + int.from_bytes(code[at:data], "little")
        if opcode == pattern[0] and code.startswith(pattern, offset):
            kept.append(code[start:offset])
            start = at
    return b"".join(kept) + code[start:]


def without_signature(vm: Machine, code: bytes, signature: bytes) -> bytes:
    """Remove a signature without fork id from the script it covers, as before the 2017 fork."""
    if vm.switches.fork_id and signature and signature[-1] & _FORKID:
        return code
    return _delete(code, encode_push_by_length(signature))
