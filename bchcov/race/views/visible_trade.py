"""Trades that everybody can see before they are confirmed, and a miner's among them."""

from __future__ import annotations

from dataclasses import dataclass

from ...amm.action import Direction
from ...amm.formula import Reserves
from ...transaction.model import Transaction
from ...wallet.builder import BuiltTransaction

__all__ = ["Bundle", "VisibleTrade"]


@dataclass(frozen=True, slots=True)
class VisibleTrade:
    """A visible trade: what goes in and out, and the reserves before it.

    `txid` is that of the transaction that shows it; `place_txid` of the one that gave it its
    place in the queue, where that is not confirmed either.
    """

    txid: str
    direction: Direction
    amount_in: int
    amount_out: int
    before: Reserves
    place_txid: str = ""

    @property
    def first_txid(self) -> str:
        """The first of its transactions that a miner can leave out."""
        return self.place_txid or self.txid


@dataclass(frozen=True, slots=True)
class Bundle:
    """A miner's own transactions, what stands before them in the block, the reserves then."""

    own: list[BuiltTransaction]
    rest: list[Transaction]
    before: Reserves

    @property
    def block(self) -> list[Transaction]:
        """What the block holds."""
        return [*self.rest, *(each.transaction for each in self.own)]

    @property
    def fee(self) -> int:
        """The fees of the miner's own transactions, satoshis."""
        return sum(each.fee for each in self.own)
