"""A trade that everybody can see before it is confirmed."""

from __future__ import annotations

from dataclasses import dataclass

from ..covenant.sequenced_amm.action import Direction
from ..covenant.sequenced_amm.formula import Reserves

__all__ = ["Seen"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A visible trade: what goes in and out, and the reserves before it.

    `txid` is that of the transaction that shows it.
    """

    txid: str
    direction: Direction
    amount_in: int
    amount_out: int
    before: Reserves
