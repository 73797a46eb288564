"""Hash functions.

Source: CHIP-2021-05 Targeted Virtual Machine Limits, "Hashing Limit".
"""

from __future__ import annotations

from collections.abc import Callable

from ...crypto.hashes import hash160, hash256, ripemd160, sha1, sha256
from ...script.opcodes import Op
from ..machine import Machine
from ..operation import Operation, operation

__all__ = ["HASHING", "charge_hashing"]


def charge_hashing(vm: Machine, size: int, *, rounds: int) -> None:
    """Charge for hashing `size` bytes; a second round hashes one block."""
    iterations = rounds + (size + 8) // 64
    vm.hash_iterations += iterations
    vm.cost += iterations * vm.limits.hash_iteration_price


def _hash(opcode: Op, compute: Callable[[bytes], bytes], *, rounds: int) -> Operation:
    """( a -- compute(a) )"""

    @operation(opcode, takes=1)
    def run(vm: Machine) -> None:
        item = vm.stack.pop()
        digest = compute(item)
        vm.stack.append(digest)
        vm.cost += len(digest)
        charge_hashing(vm, len(item), rounds=rounds)
        if vm.hash_iterations > vm.hash_iteration_limit:
            vm.check_budget()

    return run


HASHING = (
    _hash(Op.OP_RIPEMD160, ripemd160, rounds=1),
    _hash(Op.OP_SHA1, sha1, rounds=1),
    _hash(Op.OP_SHA256, sha256, rounds=1),
    _hash(Op.OP_HASH160, hash160, rounds=2),
    _hash(Op.OP_HASH256, hash256, rounds=2),
)
