"""Coin selection: which of the offered coins a transaction spends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from ..errors import BuildError
from ..transaction.model import Output
from .balance import Spend
from .leftovers import missing_tokens

__all__ = ["select"]

Change = Callable[[Sequence[Spend], Sequence[Output], Fraction], tuple[list[Output], int]]
"""Makes the change outputs, and returns how many satoshis are missing."""


def select(
    fixed: Sequence[Spend],
    candidates: Sequence[Spend],
    outputs: Sequence[Output],
    rate: Fraction,
    change: Change,
) -> tuple[list[Spend], list[Output]]:
    """Add candidates to the fixed inputs until outputs, change and fee are paid for.

    Raises BuildError if they do not suffice or a coin occurs twice.
    """
    spends = list(fixed)
    _check_twice([*spends, *candidates])
    offered = [each for each in candidates if each.coin.token is None or not each.coin.token.nft]
    _add_tokens(spends, offered, outputs)
    made, missing = change(spends, outputs, rate)
    # Coins are taken from the end of the list.
    offered.sort(key=lambda each: (each.coin.token is None, each.coin.value))
    while missing > 0:
        # Add several coins before computing change again: one at a time would be quadratic.
        added = 0
        while offered and added < missing:
            spend = offered.pop()
            spends.append(spend)
            added += spend.coin.value
        if not added:
            have = sum(spend.coin.value for spend in spends)
            raise BuildError(
                f"insufficient funds: {have} satoshis in inputs, {have + missing} needed for"
                " outputs and fee"
            )
        made, missing = change(spends, outputs, rate)
    return spends, made


def _check_twice(spends: Sequence[Spend]) -> None:
    seen = set()
    for spend in spends:
        if spend.coin.outpoint in seen:
            raise BuildError(f"coin {spend.coin} is given twice")
        seen.add(spend.coin.outpoint)


def _add_tokens(spends: list[Spend], offered: list[Spend], outputs: Sequence[Output]) -> None:
    """Move coins with tokens that the outputs need from `offered` to `spends`, large ones first."""
    for category, missing in missing_tokens(spends, outputs).items():
        holders = [
            each
            for each in offered
            if each.coin.token is not None and each.coin.token.category == category
        ]
        holders.sort(key=lambda each: -each.coin.token.amount if each.coin.token else 0)
        remaining = missing
        for holder in holders:
            if remaining <= 0:
                break
            assert holder.coin.token is not None
            remaining -= holder.coin.token.amount
            spends.append(holder)
            offered.remove(holder)
        if remaining > 0:
            raise BuildError(
                f"insufficient tokens of category {category[::-1].hex()}: {missing} more needed,"
                f" {missing - remaining} offered"
            )
