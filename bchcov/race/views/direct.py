"""A miner's view of the direct profile: the trades they see, and the blocks they can build."""

from __future__ import annotations

from dataclasses import replace

from ...amm import direct as amm
from ...amm.action import Direction
from ...amm.direct.pool import Pool
from ...amm.formula import Reserves
from ...errors import BuildError
from ...transaction.codec import transaction_id
from ...transaction.model import Transaction
from ...wallet.builder import BuiltTransaction
from ...wallet.funding import Funding
from ..pools.direct import DirectPoolModel
from ..world import World, spends
from .visible_trade import Bundle, VisibleTrade

__all__ = ["DirectView"]


class DirectView:
    """A miner's view of the pool and its users."""

    def __init__(self, model: DirectPoolModel) -> None:
        self._model = model
        self.world: World = model.world

    @property
    def reserves(self) -> Reserves:
        """The reserves after all transactions in the mempool."""
        return self._model.reserves

    def visible_trades(self) -> list[VisibleTrade]:
        """Return the reveals in the mempool in order, with the reserves before each."""
        found, pool = [], self._model.confirmed
        places: dict[bytes, str] = {}
        for txid, transaction in self.world.chain.mempool.items():
            if not spends(transaction, pool.coin):
                continue
            before = pool.state.reserves
            after, event = pool.follow(transaction, self.world.chain.source_outputs(transaction))
            assert after is not None
            pool = after
            if event.kind == "commit":
                places |= {entry.action_hash: txid for entry in event.entries}
            for done in event.executions:
                action, out = done.action, done.fill.amount_out
                if action is not None:
                    place, way = places.get(action.hash, ""), action.direction
                    found.append(VisibleTrade(txid, way, action.amount_in, out, before, place))
        return found

    def build_bundle(self, kept: int, direction: Direction, amount_in: int) -> Bundle:
        """Build a miner's trade after the first `kept` visible ones, and the rest of the block.

        If leaving out the next user's unconfirmed commitment empties the queue, the miner
        commits and reveals. Otherwise they try to reveal in place of the order at the head.
        Raises BuildError if a script refuses it.
        """
        trades = self.visible_trades()
        target = trades[kept].first_txid if kept < len(trades) else None
        pool = self._model.confirmed
        block = self.world.mempool_without(lambda each: transaction_id(each) == target)
        for transaction in block:
            if spends(transaction, pool.coin):
                sources = self.world.chain.source_outputs(transaction)
                pool = pool.follow(transaction, sources)[0] or pool
        if not pool.entries:
            own_pair = self._trade(pool, direction, amount_in)
            return Bundle(own_pair, block, pool.state.reserves)
        action = self.world.miner_action(direction, amount_in)
        claimed = replace(pool.entries[0], action_hash=action.hash)
        believed = replace(pool, entries=(claimed, *pool.entries[1:]))
        own = amm.reveal(believed, action, self.world.funding(self.world.key("miner")))
        return Bundle([own.built], block, pool.state.reserves)

    def _trade(self, pool: Pool, direction: Direction, amount_in: int) -> list[BuiltTransaction]:
        """Build a miner's commitment and its reveal, for a pool with an empty queue."""
        miner, height = self.world.key("miner"), self.world.chain.lock_height
        action = self.world.miner_action(direction, amount_in)
        funds = self.world.funding(miner)
        bond = [each for each in funds.coins if each.coin.value == self.world.small_coin][:1]
        committed = amm.commit(pool, action, height + 1, height, replace(funds, coins=bond))
        spent = {each.coin.outpoint for each in bond}
        left = [each for each in funds.coins if each.coin.outpoint not in spent]
        revealed = amm.reveal(committed.pool, action, replace(funds, coins=left))
        return [committed.built, revealed.built]

    def build_trade(self, direction: Direction, amount_in: int) -> list[BuiltTransaction]:
        """Build a miner's trade after the mempool's. Raises BuildError if orders are queued."""
        if self._model.tip.entries:
            raise BuildError(f"{len(self._model.tip.entries)} orders are ahead of a new one")
        return self._trade(self._model.tip, direction, amount_in)

    def expire_head(self) -> tuple[BuiltTransaction, list[Transaction], int] | None:
        """Build an expiry in place of a reveal, the rest of the block, and the gain.

        The miner gains the tip of the expiry and loses the fee of the reveal. The expiry's
        locktime keeps it out of blocks before the deadline. Returns None without a gain.
        """
        pool, trades = self._model.confirmed, self.visible_trades()
        if not pool.entries or not trades:
            return None
        miner = Funding(self.world.key("miner").locking_bytecode)
        due = max(self.world.chain.lock_height, pool.entries[0].deadline)
        own = amm.expire(pool, due, miner)
        rest = self.world.mempool_without(lambda each: spends(each, pool.coin))
        first = next(each for each in self.world.chain.mempool.values() if spends(each, pool.coin))
        lost = sum(each.value for each in self.world.chain.source_outputs(first))
        lost -= sum(each.value for each in first.outputs)
        gain = pool.scripts.parameters.tip - lost
        return (own.built, rest, gain) if gain > 0 else None
