"""A miner's view of the ticketed profile: the trades they see, the blocks they can build."""

from __future__ import annotations

from dataclasses import replace

from ...amm import ticketed as amm
from ...amm.action import Direction, deadline_height
from ...amm.formula import Reserves
from ...errors import BuildError
from ...transaction.codec import transaction_id
from ...transaction.model import Transaction
from ...wallet.builder import BuiltTransaction
from ...wallet.funding import Funding
from ..pools.ticketed import TICKET_TIP, TicketedPoolModel
from ..world import World, spends
from .visible_trade import Bundle, VisibleTrade

__all__ = ["TicketedView"]


class TicketedView:
    """A miner's view of the pool and its users."""

    def __init__(self, model: TicketedPoolModel) -> None:
        self._model = model
        self.world: World = model.world

    @property
    def reserves(self) -> Reserves:
        """The reserves after all transactions in the mempool."""
        return self._model.reserves

    def _places(self) -> list[tuple[amm.Entry, str]]:
        """Return the entries whose execution is unconfirmed, each with a txid.

        It is that of the transaction that queued it, or empty if that is confirmed.
        """
        places, pool = (
            [(entry, "") for entry in self._model.confirmed.entries],
            self._model.confirmed,
        )
        for txid, transaction in self.world.chain.mempool.items():
            if spends(transaction, pool.coin):
                after, event = pool.follow(
                    transaction, self.world.chain.source_outputs(transaction)
                )
                assert after is not None
                pool = after
                if event.kind == "sequence":
                    places += [(entry, txid) for entry in event.entries]
        return places

    def visible_trades(self) -> list[VisibleTrade]:
        """Return the revealed orders whose execution is unconfirmed, in the queue's order."""
        found, reserves = [], self._model.confirmed.state.reserves
        for entry, place in self._places():
            order = self._model.coins.known(entry)
            if order is None:
                break
            action = order.action
            fill = self._model.tip.fill(action, reserves)
            out, way = fill.amount_out, action.direction
            found.append(VisibleTrade(order.coin.txid, way, action.amount_in, out, reserves, place))
            reserves = fill.reserves
        return found

    def build_bundle(self, kept: int, direction: Direction, amount_in: int) -> Bundle:
        """Build a miner's trade after the first `kept` visible ones, and the rest of the block.

        If leaving out the unconfirmed transaction that queued the next user empties the queue,
        the miner queues a ticket of their own and executes it. Otherwise they make an order and
        try to execute it in the next user's place. Raises BuildError if a script refuses it.
        """
        world, trades, miner = self.world, self.visible_trades(), self.world.key("miner")
        place = trades[kept].place_txid if kept < len(trades) else None
        pool = self._model.confirmed
        if place != "":
            rest = world.mempool_without(lambda each: transaction_id(each) == place)
            for transaction in rest:
                if spends(transaction, pool.coin):
                    sources = world.chain.source_outputs(transaction)
                    pool = pool.follow(transaction, sources)[0] or pool
            if not pool.entries:
                own_four = self._trade(pool, direction, amount_in)
                return Bundle(own_four, rest, pool.state.reserves)
            pool = self._model.confirmed
        if kept >= len(pool.entries):
            raise BuildError("no order is queued there: no place to take")
        reserves = trades[kept].before if kept < len(trades) else pool.state.reserves
        known = [self._model.coins.known(each) for each in pool.entries[:kept]]
        batch = [each for each in known if each is not None]
        action = self.world.miner_action(direction, amount_in)
        claimed = replace(pool.entries[kept], action_hash=action.hash)
        own = amm.make_order(pool.scripts, action, claimed, world.funding(miner))
        batch.append(own.order)
        entries = (*pool.entries[:kept], claimed, *pool.entries[kept + 1 :])
        believed = replace(pool, entries=entries)
        step = amm.execute(believed, batch, Funding(miner.locking_bytecode))
        rest = world.mempool_without(lambda each: spends(each, pool.coin))
        return Bundle([own.built, step.built], rest, reserves)

    def _trade(
        self, pool: amm.Pool, direction: Direction, amount_in: int
    ) -> list[BuiltTransaction]:
        """Build a miner's ticket and order with their batches, for a pool with an empty queue."""
        miner, height = self.world.key("miner"), self.world.chain.lock_height
        action = self.world.miner_action(direction, amount_in)
        funds, none = self.world.funding(miner), Funding(miner.locking_bytecode)
        bond = [each for each in funds.coins if each.coin.value == self.world.small_coin][:1]
        ticket = amm.make_ticket(
            pool.scripts, action, height + 1, replace(funds, coins=bond), tip=2 * TICKET_TIP
        )
        queued = amm.sequence(pool, [ticket.ticket], height, none)
        spent = {each.coin.outpoint for each in bond}
        left = [each for each in funds.coins if each.coin.outpoint not in spent]
        own = amm.make_order(
            pool.scripts, action, queued.pool.entries[0], replace(funds, coins=left)
        )
        done = amm.execute(queued.pool, [own.order], none)
        return [ticket.built, queued.built, own.built, done.built]

    def build_trade(self, direction: Direction, amount_in: int) -> list[BuiltTransaction]:
        """Build a miner's trade after the mempool's. Raises BuildError if orders are queued."""
        if self._model.tip.entries:
            raise BuildError(f"{len(self._model.tip.entries)} orders are ahead of a new one")
        return self._trade(self._model.tip, direction, amount_in)

    def expire_head(self) -> tuple[BuiltTransaction, list[Transaction], int] | None:
        """Build an expiry of the revealed order at the head, the rest of the block, and the gain.

        The expiry's locktime keeps it out of blocks before the deadline. Returns
        None if there is no such order.
        """
        world, pool = self.world, self._model.confirmed
        if not pool.entries or self._model.coins.known(pool.entries[0]) is None:
            return None
        due = max(world.chain.lock_height, deadline_height(pool.entries[0].deadline))
        own = amm.expire(pool, due, Funding(world.key("miner").locking_bytecode))
        rest = world.mempool_without(lambda each: spends(each, pool.coin))
        # What it displaces would have paid its fees to the same miner.
        kept = {transaction_id(each) for each in rest}
        fees = sum(
            sum(each.value for each in world.chain.source_outputs(transaction))
            - sum(each.value for each in transaction.outputs)
            for txid, transaction in world.chain.mempool.items()
            if txid not in kept
        )
        gain = pool.scripts.parameters.expiry_tip - fees
        return (own.built, rest, gain) if gain > 0 else None
