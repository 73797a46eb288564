"""Hash functions.

Source: CHIP-2021-05 Targeted Virtual Machine Limits, "Hashing Limit".
"""

from __future__ import annotations

from collections.abc import Callable

from ...crypto.hashes import hash160, hash256, ripemd160, sha1, sha256
from ...script.opcodes import Op
from ..machine import Machine
from ..operation import Operation, introduced, operation

__all__ = ["HASHING", "charge_hashing"]


def charge_hashing(vm: Machine, size: int, *, rounds: int) -> None:
    """Charge for hashing `size` bytes; a second round adds one hash iteration."""
    iterations = rounds + (size + 8) // 64
    vm.hash_iterations += iterations
    vm.op_cost += iterations * vm.limits.hash_iteration_price


def _hash(opcode: Op, summary: str, compute: Callable[[bytes], bytes], *, rounds: int) -> Operation:
    """( a -- compute(a) )"""
    again = " and 1 for the second hash" if rounds > 1 else ""

    @operation(
        opcode,
        takes=1,
        effect="a -- hash(a)",
        summary=summary,
        charge="the length of the digest, and 192 (standard) or 64 (consensus) for each hash"
        f" iteration: 1 + (length + 8) // 64{again}",
    )
    def run(vm: Machine) -> None:
        item = vm.stack.pop()
        digest = compute(item)
        vm.stack.append(digest)
        vm.op_cost += len(digest)
        charge_hashing(vm, len(item), rounds=rounds)
        if vm.hash_iterations > vm.hash_iteration_limit:
            vm.check_budget()

    return run


HASHING = introduced(
    2009,
    "Bitcoin 0.1",
    _hash(Op.OP_RIPEMD160, "Hash with RIPEMD-160.", ripemd160, rounds=1),
    _hash(Op.OP_SHA1, "Hash with SHA-1.", sha1, rounds=1),
    _hash(Op.OP_SHA256, "Hash with SHA-256.", sha256, rounds=1),
    _hash(Op.OP_HASH160, "Hash with SHA-256, then with RIPEMD-160.", hash160, rounds=2),
    _hash(Op.OP_HASH256, "Hash with SHA-256 twice.", hash256, rounds=2),
)
