"""The smallest spend that runs a script: one input, one output."""

from __future__ import annotations

from bchcov import (
    BCH_2026,
    Input,
    InputResult,
    Output,
    RuleSet,
    Transaction,
    TransactionContext,
    evaluate_input,
)

__all__ = ["make_context", "spend"]


def make_context(
    locking: bytes, unlocking: bytes = b"", *, sequence: int = 0xFFFF_FFFF
) -> TransactionContext:
    """A transaction that spends `locking` with `unlocking`."""
    item = Input(bytes(32), 0, unlocking, sequence)
    return TransactionContext(Transaction((item,), (Output(0, b""),)), [Output(0, locking)])


def spend(locking: bytes, unlocking: bytes = b"", rules: RuleSet = BCH_2026) -> InputResult:
    """Judge the input of that transaction."""
    return evaluate_input(make_context(locking, unlocking), 0, rules)
