"""A miner's view of the plain pool: the trades they see, and the blocks they can build."""

from __future__ import annotations

from ...amm import cpmm
from ...amm.action import Direction
from ...amm.formula import Reserves
from ...transaction.codec import transaction_id
from ...transaction.model import Transaction
from ...wallet.builder import BuiltTransaction
from ..pools.cpmm import CpmmPoolModel, follow
from ..world import World
from .visible_trade import Bundle, VisibleTrade

__all__ = ["CpmmView"]


class CpmmView:
    """A miner's view of the pool and its users."""

    def __init__(self, model: CpmmPoolModel) -> None:
        self._model = model
        self.world: World = model.world

    @property
    def reserves(self) -> Reserves:
        """The reserves after all transactions in the mempool."""
        return self._model.reserves

    def visible_trades(self) -> list[VisibleTrade]:
        """Return the trades in the mempool in order, with the reserves before each."""
        found, market = [], self._model.confirmed
        for txid, transaction in self.world.chain.mempool.items():
            after = follow(market, transaction)
            if after is None:
                continue
            before, now = market.reserves, after.reserves
            bch, tokens = now.bch - before.bch, now.tokens - before.tokens
            direction: Direction = 1 if bch > 0 else 0
            found.append(VisibleTrade(txid, direction, max(bch, tokens), -min(bch, tokens), before))
            market = after
        return found

    def build_bundle(self, kept: int, direction: Direction, amount_in: int) -> Bundle:
        """Build a miner's trade after the first `kept` visible ones, and the rest of the block.

        Raises BuildError if a script refuses it.
        """
        trades, market = self.visible_trades(), self._model.confirmed
        gone = {each.txid for each in trades[kept:]}
        rest = self.world.mempool_without(lambda each: transaction_id(each) in gone)
        for transaction in rest:
            market = follow(market, transaction) or market
        miner = self.world.key("miner")
        own = cpmm.swap(market, direction, amount_in, self.world.funding(miner))
        return Bundle([own.built], rest, market.reserves)

    def build_trade(self, direction: Direction, amount_in: int) -> list[BuiltTransaction]:
        """Build a miner's trade after the mempool's. Raises BuildError if it gives nothing."""
        miner = self.world.key("miner")
        return [cpmm.swap(self._model.tip, direction, amount_in, self.world.funding(miner)).built]

    def expire_head(self) -> tuple[BuiltTransaction, list[Transaction], int] | None:
        """Return None: in this pool a miner gains nothing by omitting a trade."""
        return None
