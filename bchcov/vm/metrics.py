"""The costs of evaluating an input."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Metrics"]


@dataclass(frozen=True, slots=True)
class Metrics:
    """The costs of one input and their limits; a limit of None means that there is none.

    `op_cost` is the weighted sum of instructions, bytes pushed, arithmetic, signature checks
    and hash iterations.
    Source: CHIP-2021-05 Targeted Virtual Machine Limits, "Operation Cost".
    """

    op_cost: int
    op_cost_limit: int | None
    hash_iterations: int
    hash_iterations_limit: int | None
    signature_checks: int
    signature_checks_limit: int | None
    instructions: int
