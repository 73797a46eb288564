"""The numeric limits and prices of an evaluation."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import Reason
from ...script.patterns import LONGEST_SCRIPT, MAX_MULTISIG_KEYS

__all__ = ["Limits"]

UNLIMITED = 2**63


@dataclass(frozen=True)
class Limits:
    """The limits of one rule set for one input; sizes in bytes, depths in items.

    Prices are in units of operation cost.

    Source: nodes' consensus constants before 2025; CHIP-2021-05 Targeted Virtual Machine
    Limits; CHIP-2024-07 BigInt; CHIPs 2025-05 Loops, Functions, P2S.
    """

    script_size: int = LONGEST_SCRIPT
    element_size: int = 520
    number_size: int = 8  # of an operand of arithmetic
    index_size: int = 8  # of a count, an index or a position
    result_size: int = 8  # of a result of arithmetic
    operation_count: int | None = 201  # counted opcodes in one script
    memory_slots: int = 1_000
    control_depth: int = UNLIMITED
    control_depth_reason: Reason = Reason.CONTROL_STACK_DEPTH
    multisig_keys: int = MAX_MULTISIG_KEYS
    function_identifier_size: int = 7
    density_base: int = 41  # added to the unlocking length for the limits of an input
    cost_per_byte: int | None = None  # operation cost limit per byte of that sum
    half_hash_iterations_per_byte: int | None = None  # twice the limit per byte of that sum
    instruction_price: int = 100
    hash_iteration_price: int = 64
    signature_check_price: int = 26_000
    bytes_per_signature_check: int = 43  # if the density of checks is limited
    free_signature_check_bytes: int = 60

    def op_cost_limit(self, unlocking_size: int) -> int | None:
        """Return the operation cost limit for an unlocking length in bytes; None: no limit."""
        if self.cost_per_byte is None:
            return None
        return self.cost_per_byte * (self.density_base + unlocking_size)

    def hash_iteration_limit(self, unlocking_size: int) -> int | None:
        """Return the hash iteration limit for an unlocking length in bytes; None: no limit."""
        if self.half_hash_iterations_per_byte is None:
            return None
        return self.half_hash_iterations_per_byte * (self.density_base + unlocking_size) // 2

    def signature_check_limit(self, unlocking_size: int) -> int:
        """Return the relay limit on signature checks for an unlocking length in bytes."""
        free = self.free_signature_check_bytes
        return (unlocking_size + free) // self.bytes_per_signature_check
