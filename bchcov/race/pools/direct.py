"""The direct profile in a race: users compete for the pool's coin to commit and to reveal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ...amm import direct as amm
from ...amm.formula import Reserves
from ...chain import Submission
from ...errors import BuildError
from ...transaction.model import Transaction
from ...vm.rules.upgrades import BCH_2025
from ...wallet.funding import Funding
from ..orders import Intent, UserOrder
from ..settings import Settings
from ..stage import Stage
from ..world import World
from .sequenced import Past, follow_pool, make_pool

__all__ = ["DirectPoolModel"]

_RETRY_SECONDS = 60.0


class DirectPoolModel:
    """A direct pool with all its users."""

    name = "direct"

    def __init__(self, settings: Settings, stage: Stage | None = None) -> None:
        self.world = World(settings, BCH_2025, stage)
        given = None if stage is None else stage.pool
        self.confirmed = self.tip = given if isinstance(given, amm.Pool) else self._make_pool()
        self._past = Past(self.confirmed)
        self.user_orders: list[UserOrder] = []
        self.actions: dict[bytes, tuple[UserOrder, amm.Action]] = {}
        self.busy: set[int] = set()
        self._executed: set[bytes] = set()
        self.builder_conflicts = 0

    def _make_pool(self) -> amm.Pool:
        return make_pool(self.world, amm.Parameters, amm.genesis)

    @property
    def reserves(self) -> Reserves:
        """The reserves after all transactions in the mempool."""
        return self.tip.state.reserves

    def start_order(self, intent: Intent) -> None:
        """Start a user's order with a commitment."""
        user_order = self.world.open_order(intent, self.reserves)
        self.user_orders.append(user_order)
        category = self.tip.scripts.parameters.pool_category
        salt = amm.derive_salt(intent.key, category, 0)
        owner = intent.key.public_key_hash
        action = amm.Action(intent.direction, intent.amount_in, user_order.min_out, owner, salt)
        self.actions[action.hash] = user_order, action
        self._commit(user_order, action)

    def _commit(self, user_order: UserOrder, action: amm.Action) -> None:
        world, key = self.world, user_order.intent.key
        if not self.tip.queue.room():
            # The queue is full, or at the end of its ring: the user tries again after a while.
            world.clock.after(
                world.reaction(_RETRY_SECONDS), lambda: self._commit(user_order, action)
            )
            return
        height = world.chain.lock_height
        deadline = height + self.tip.scripts.parameters.max_wait
        step = amm.commit(self.tip, action, deadline, height, world.funding(key))

        def learn(result: Submission) -> None:
            if result.ok:
                user_order.txid = result.txid
            else:
                self._lost(user_order)
                world.clock.after(world.reaction(), lambda: self._commit(user_order, action))

        world.send(step.built, learn)

    def _lost(self, user_order: UserOrder) -> None:
        user_order.conflicts += 1
        user_order.retries += 1

    def _prompt_head(self) -> None:
        """Let the first user reveal; honest users wait until their commitment is confirmed."""
        if not self.tip.entries or self.tip.entries[0].action_hash not in self.actions:
            return
        entry = self.tip.entries[0]
        user_order, action = self.actions[entry.action_hash]
        intent = user_order.intent
        is_done = user_order.is_over or action.hash in self._executed
        if intent.is_silent or is_done or intent.number in self.busy:
            return
        sure = self._past.before(self.world.settings.confirmations - 1).queue.tail
        if intent.is_careless or entry.index < sure:
            self.busy.add(intent.number)
            self.world.clock.after(self.world.reaction(), lambda: self._reveal(user_order, action))

    def _reveal(self, user_order: UserOrder, action: amm.Action) -> None:
        self.busy.discard(user_order.intent.number)
        entries = self.tip.entries
        if not entries or entries[0].action_hash != action.hash:
            return
        funding = self.world.funding(user_order.intent.key)
        try:
            step = amm.reveal(self.tip, action, funding)
        except BuildError:
            user_order.end("expired", self.world.chain.height)
            return
        self.busy.add(user_order.intent.number)

        def learn(result: Submission) -> None:
            self.busy.discard(user_order.intent.number)
            if not result.ok:
                self._lost(user_order)
                self._prompt_head()

        self.world.send(step.built, learn)

    def follow_transaction(self, transaction: Transaction) -> None:
        """Follow the pool through a transaction that has entered the mempool."""
        followed = follow_pool(self.world, self.tip, transaction)
        if followed is not None:
            self.tip, event = followed
            # Who has traded does not reveal again at a place that somebody made with their hash.
            self._executed |= {each.entry.action_hash for each in event.executions}
            self._prompt_head()

    def follow_block(self, transactions: tuple[Transaction, ...]) -> None:
        """Follow the pool through a block, settle orders, and expire one that is late."""
        chain = self.world.chain
        for transaction in transactions:
            followed = follow_pool(self.world, self.confirmed, transaction)
            if followed is None:
                continue
            self.confirmed, event = followed
            for entry in event.entries if event.kind == "expire" else ():
                self._end(entry.action_hash, "expired")
            for done in event.executions:
                filled = "filled" if done.fill.is_filled else "unfilled"
                self._end(done.entry.action_hash, filled, done.fill.amount_out)
        self._past.add(self.confirmed)
        self.tip = self.confirmed
        self._executed.clear()
        for transaction in chain.mempool.values():
            self.follow_transaction(transaction)
        self._commit_again()
        self._expire()
        self._prompt_head()

    def _end(self, action_hash: bytes, status: str, got: int = 0) -> None:
        known = self.actions.get(action_hash)
        if known is not None and not known[0].is_over:
            known[0].end(status, self.world.chain.height, got)

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

    def _commit_again(self) -> None:
        """Let users whose commitment was displaced by a block commit again.

        A user whose reveal is in the mempool is still queued in the confirmed pool.
        """
        queued = {entry.action_hash for entry in (*self.tip.entries, *self.confirmed.entries)}
        for action_hash, (user_order, action) in self.actions.items():
            if user_order.txid and not user_order.is_over and action_hash not in queued:
                self._lost(user_order)
                user_order.txid = ""
                self._commit(user_order, action)

    def _expire(self) -> None:
        """Expire the order at the head of the queue as soon as its deadline allows."""
        if not self.tip.entries:
            return
        height, keeper = self.world.chain.lock_height, self.world.key("keeper")
        if height >= self.tip.entries[0].deadline:
            step = amm.expire(self.tip, height, Funding(keeper.locking_bytecode))
            self.world.send(step.built, lambda _: None)
