"""What a contract promises, as functions of its user."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...transaction.model import Output, Transaction
from .draft import Draft
from .scene import Scene

__all__ = ["Property", "broken"]

Property = Callable[[Transaction, Sequence[Output]], str | None]
"""Says in a sentence what an accepted transaction breaks, None for nothing."""


def broken(
    properties: Sequence[Property],
    scene: Scene,
    draft: Draft,
    transaction: Transaction,
    coins: tuple[Output, ...],
) -> str | None:
    """Say which of the properties an accepted draft breaks, None for none.

    What an attacker does to coins that they have made themselves is nobody's concern.
    """
    if not properties or not any(map(scene.of_contract, draft.inputs)):
        return None
    said = (check(transaction, coins) for check in properties)
    return next((each for each in said if each is not None), None)
