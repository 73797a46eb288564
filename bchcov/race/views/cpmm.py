"""What a miner sees of the plain pool's trades, and what they can put in their place."""

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
        """The reserves as everybody sees them."""
        return self._model.reserves

    def visible_trades(self) -> list[VisibleTrade]:
        """The trades in the mempool, in their order, with the reserves before each."""
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
        """A miner's trade behind the first `kept` visible ones: it, and the rest of a block.

        Raises BuildError where script refuses it.
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
        """A miner's trade on what everybody sees. Raises BuildError where it gives nothing."""
        miner = self.world.key("miner")
        return [cpmm.swap(self._model.tip, direction, amount_in, self.world.funding(miner)).built]

    def expire_head(self) -> tuple[BuiltTransaction, list[Transaction], int] | None:
        """Leaving a trade out brings a miner nothing here but the loss of its fee."""
        return None
