"""Trades that are visible before they are confirmed, and blocks with a miner's trade."""

from __future__ import annotations

from dataclasses import dataclass

from ...amm.action import Direction
from ...amm.formula import Reserves
from ...transaction.model import Transaction
from ...wallet.builder import BuiltTransaction

__all__ = ["Bundle", "VisibleTrade"]


@dataclass(frozen=True, slots=True)
class VisibleTrade:
    """A visible trade: its amounts in and out, and the reserves before it.

    `txid` is that of the transaction that reveals it; `place_txid` that of the transaction
    which queued it, if that is not confirmed either.
    """

    txid: str
    direction: Direction
    amount_in: int
    amount_out: int
    before: Reserves
    place_txid: str = ""

    @property
    def first_txid(self) -> str:
        """The first of its transactions that a miner can omit."""
        return self.place_txid or self.txid


@dataclass(frozen=True, slots=True)
class Bundle:
    """A block with a miner's trade: their own transactions come last, after `rest`.

    `before` are the reserves before their trade.
    """

    own: list[BuiltTransaction]
    rest: list[Transaction]
    before: Reserves

    @property
    def block(self) -> list[Transaction]:
        """The transactions of the block, without a coinbase."""
        return [*self.rest, *(each.transaction for each in self.own)]

    @property
    def fee(self) -> int:
        """The fees of the miner's own transactions, in satoshis."""
        return sum(each.fee for each in self.own)
