"""The direct profile in a race: users race for the pool to commit, and again to reveal."""

from __future__ import annotations

from ...amm import direct as amm
from ...amm.formula import Reserves
from ...chain import Submission
from ...errors import BuildError
from ...transaction.model import Transaction
from ...vm.rules.upgrades import BCH_2025
from ...wallet.funding import Funding
from ..orders import Journey, Want
from ..settings import Settings
from ..stage import Stage
from ..world import World, spends

__all__ = ["DirectVenue"]

_LOOK_AGAIN_SECONDS = 60.0


class DirectVenue:
    """A direct pool with all its users."""

    name = "direct"

    def __init__(self, settings: Settings, stage: Stage | None = None) -> None:
        self.world = World(settings, BCH_2025, stage)
        given = None if stage is None else stage.pool
        self.confirmed = self.tip = given if isinstance(given, amm.Pool) else self._make_pool()
        self.journeys: list[Journey] = []
        self.actions: dict[bytes, tuple[Journey, amm.Action]] = {}
        self.busy: set[int] = set()
        self.builder_conflicts = 0

    def _make_pool(self) -> amm.Pool:
        """Make a pool and confirm it."""
        first, funding = self.world.pool_coins()
        parameters = amm.Parameters(
            pool_category=first.coin.outpoint_hash,
            token_category=self.world.tokens,
            owner=self.world.provider.public_key_hash,
        )
        made = amm.genesis(parameters, self.world.reserves, first, funding)
        self.world.confirm(made.built)
        return made.pool

    @property
    def reserves(self) -> Reserves:
        """The reserves as everybody sees them."""
        return self.tip.state.reserves

    def begin(self, want: Want) -> None:
        """Let a user come and commit."""
        journey = self.world.begin(want, self.reserves)
        self.journeys.append(journey)
        category = self.tip.scripts.parameters.pool_category
        salt = amm.derive_salt(want.key, category, 0)
        owner = want.key.public_key_hash
        action = amm.Action(want.direction, want.amount_in, journey.min_out, owner, salt)
        self.actions[action.hash] = journey, action
        self._commit(journey, action)

    def _commit(self, journey: Journey, action: amm.Action) -> None:
        world, key = self.world, journey.want.key
        if not self.tip.queue.room():
            # The ring is full, or at its end: he looks again after a while.
            world.clock.after(
                world.reaction(_LOOK_AGAIN_SECONDS), lambda: self._commit(journey, action)
            )
            return
        height = world.chain.height
        deadline = height + self.tip.scripts.parameters.max_wait
        step = amm.commit(self.tip, action, deadline, height, world.funding(key))

        def learn(result: Submission) -> None:
            if result.ok:
                journey.txid = result.txid
            else:
                self._lost(journey)
                world.clock.after(world.reaction(), lambda: self._commit(journey, action))

        world.send(step.built, learn)

    def _lost(self, journey: Journey) -> None:
        journey.conflicts += 1
        journey.retries += 1

    def _wake_head(self) -> None:
        """Whoever stands at head reveals: an honest one once his commitment is confirmed."""
        if not self.tip.entries or self.tip.entries[0].action_hash not in self.actions:
            return
        entry = self.tip.entries[0]
        journey, action = self.actions[entry.action_hash]
        want = journey.want
        if want.is_silent or want.number in self.busy:
            return
        if want.is_careless or entry.index < self.confirmed.queue.tail:
            self.busy.add(want.number)
            self.world.clock.after(self.world.reaction(), lambda: self._reveal(journey, action))

    def _reveal(self, journey: Journey, action: amm.Action) -> None:
        self.busy.discard(journey.want.number)
        entries = self.tip.entries
        if not entries or entries[0].action_hash != action.hash:
            return
        funding = self.world.funding(journey.want.key)
        try:
            step = amm.reveal(self.tip, action, funding)
        except BuildError:
            journey.end("expired", self.world.chain.height)
            return
        self.busy.add(journey.want.number)

        def learn(result: Submission) -> None:
            self.busy.discard(journey.want.number)
            if not result.ok:
                self._lost(journey)
                self._wake_head()

        self.world.send(step.built, learn)

    def accepted(self, transaction: Transaction) -> None:
        """Follow the pool to a transaction that is in the mempool now."""
        if spends(transaction, self.tip.coin):
            sources = self.world.chain.source_outputs(transaction)
            after, _ = self.tip.follow(transaction, sources)
            assert after is not None
            self.tip = after
            self._wake_head()

    def mined(self, transactions: tuple[Transaction, ...]) -> None:
        """Follow the pool through a block, settle what it confirmed, expire who was silent."""
        chain = self.world.chain
        for transaction in transactions:
            if not spends(transaction, self.confirmed.coin):
                continue
            after, event = self.confirmed.follow(transaction, chain.source_outputs(transaction))
            assert after is not None
            self.confirmed = after
            for entry in event.entries if event.kind == "expire" else ():
                if entry.action_hash in self.actions:
                    self.actions[entry.action_hash][0].end("expired", chain.height)
            for done in event.executions:
                if done.entry.action_hash in self.actions:
                    filled = "filled" if done.fill.is_filled else "unfilled"
                    journey, _ = self.actions[done.entry.action_hash]
                    journey.end(filled, chain.height, done.fill.amount_out)
        self.tip = self.confirmed
        for transaction in chain.mempool.values():
            self.accepted(transaction)
        self._commit_again()
        self._expire()
        self._wake_head()

    def _commit_again(self) -> None:
        """Who was queued and is no more, since a block displaced him, commits again.

        Who has revealed in the mempool is not queued there: the block before still has him.
        """
        queued = {entry.action_hash for entry in (*self.tip.entries, *self.confirmed.entries)}
        for action_hash, (journey, action) in self.actions.items():
            if journey.txid and not journey.is_over and action_hash not in queued:
                self._lost(journey)
                journey.txid = ""
                self._commit(journey, action)

    def _expire(self) -> None:
        """A keeper expires a silent order as soon as he may."""
        if not self.tip.entries:
            return
        height, keeper = self.world.chain.height, self.world.key("keeper")
        if height >= self.tip.entries[0].deadline:
            step = amm.expire(self.tip, height, Funding(keeper.locking_bytecode))
            self.world.send(step.built, lambda _: None)
