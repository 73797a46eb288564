"""The plain pool in a race: all users spend the same coin, and retry if others spend it first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from ...amm import cpmm
from ...amm.formula import Reserves
from ...chain import Submission
from ...errors import BuildError
from ...transaction.codec import transaction_id
from ...transaction.model import Transaction
from ...vm.rules.upgrades import BCH_2026
from ...wallet.coins import Coin
from ..orders import Intent, UserOrder
from ..settings import Settings
from ..stage import Stage
from ..world import World
from .sequenced import Past

__all__ = ["CpmmPoolModel", "follow"]


def follow(market: cpmm.Market, transaction: Transaction) -> cpmm.Market | None:
    """Return the pool after a transaction that spends it; None for any other."""
    for item in transaction.inputs:
        if (item.outpoint_hash, item.outpoint_index) == market.coin.outpoint:
            return cpmm.read_market(market.parameters, Coin.of(transaction, 0))
    return None


class CpmmPoolModel:
    """A plain pool with all its users."""

    name = "cpmm"

    def __init__(self, settings: Settings, stage: Stage | None = None) -> None:
        self.world = World(settings, BCH_2026, stage)
        first, funding = self.world.pool_coins()
        parameters = cpmm.Parameters(self.world.tokens, self.world.provider.public_key_hash)
        coins = replace(funding, coins=[first, *funding.coins])
        made = cpmm.genesis(parameters, self.world.reserves, coins)
        self.world.confirm(made.built)
        self.confirmed = self.tip = made.market
        self._past = Past(self.confirmed)
        self.user_orders: list[UserOrder] = []
        self.trades: dict[str, UserOrder] = {}
        self.builder_conflicts = 0

    @property
    def reserves(self) -> Reserves:
        """The reserves after all transactions in the mempool."""
        return self.tip.reserves

    def start_order(self, intent: Intent) -> None:
        """Start a user's order; users who never reveal take no part in this pool."""
        if intent.is_silent:
            return
        user_order = self.world.open_order(intent, self.reserves)
        self.user_orders.append(user_order)
        self._try(user_order)

    def _try(self, user_order: UserOrder) -> None:
        intent = user_order.intent
        try:
            swap = cpmm.swap(
                self.tip,
                intent.direction,
                intent.amount_in,
                self.world.funding(intent.key),
                min_out=user_order.min_out,
            )
        except BuildError:
            user_order.end("gave up", self.world.chain.height)
            return
        user_order.got = swap.amount_out
        self.trades[swap.built.txid] = user_order
        self.world.send(swap.built, lambda result: self._learn(user_order, result))

    def _learn(self, user_order: UserOrder, result: Submission) -> None:
        if result.ok:
            user_order.txid = result.txid
        else:
            self._retry(user_order)

    def _retry(self, user_order: UserOrder) -> None:
        """Try again with the new coin, since another user spent the old one first."""
        user_order.conflicts += 1
        user_order.retries += 1
        user_order.txid = ""
        self.world.clock.after(self.world.reaction(), lambda: self._try(user_order))

    def follow_transaction(self, transaction: Transaction) -> None:
        """Follow the pool through a transaction that has entered the mempool."""
        self.tip = follow(self.tip, transaction) or self.tip

    def follow_block(self, transactions: tuple[Transaction, ...]) -> None:
        """Follow the pool through a block, and settle the orders that it confirmed."""
        chain = self.world.chain
        for transaction in transactions:
            self.confirmed = follow(self.confirmed, transaction) or self.confirmed
            user_order = self.trades.get(transaction_id(transaction))
            if user_order is not None and not user_order.is_over:
                user_order.end("filled", chain.height, user_order.got)
        self._past.add(self.confirmed)
        self.tip = self.confirmed
        for transaction in chain.mempool.values():
            self.follow_transaction(transaction)
        for user_order in self.user_orders:
            if not user_order.is_over and user_order.txid and user_order.txid not in chain.mempool:
                self._retry(user_order)

    def disconnect(self, blocks: int) -> None:
        """Go back to the state before the last blocks, which the chain has disconnected."""
        self.confirmed = self._past.drop(blocks)
        for user_order in self.user_orders:
            user_order.reopen_above(self.world.chain.height)

    @contextmanager
    def before_blocks(self, blocks: int) -> Iterator[None]:
        """Show the pool as it was before the last blocks, until the `with` block ends."""
        confirmed, self.confirmed = self.confirmed, self._past.before(blocks)
        try:
            yield
        finally:
            self.confirmed = confirmed
