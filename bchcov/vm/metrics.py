"""The costs of evaluating an input."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Metrics"]


@dataclass(frozen=True, slots=True)
class Metrics:
    """The counters of one input at the end of its evaluation; None means there is no limit.

    `op_cost` is the composite cost: instructions, bytes pushed, arithmetic, signature
    checks and hash iterations, each at its price.
    Source: CHIP-2021-05 Targeted Virtual Machine Limits, "Operation Cost".
    """

    op_cost: int
    op_cost_limit: int | None
    hash_iterations: int
    hash_iterations_limit: int | None
    signature_checks: int
    signature_checks_limit: int | None
    instructions: int
