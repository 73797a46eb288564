"""The ticketed profile in a race: users make their own coins, and builders batch them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from ...amm import ticketed as amm
from ...amm.action import deadline_height
from ...amm.formula import Reserves
from ...chain import Submission
from ...errors import BuildError
from ...transaction.model import Transaction
from ...vm.rules.upgrades import BCH_2026
from ...wallet.funding import Funding
from ..orders import Intent, UserOrder
from ..settings import Settings
from ..stage import Stage
from ..world import World
from .sequenced import Past, follow_pool, make_pool
from .ticketed_coins import TicketedCoins

__all__ = ["TICKET_TIP", "TicketedPoolModel"]

TICKET_TIP = 1_000
_PATIENCE_BLOCKS = 3
_SELF_HELP_SECONDS = 120.0
_State = tuple[amm.Pool, TicketedCoins]


class TicketedPoolModel:
    """A ticketed pool with all its users."""

    name = "ticketed"

    def __init__(self, settings: Settings, stage: Stage | None = None) -> None:
        self.world = World(settings, BCH_2026, stage)
        given = None if stage is None else stage.pool
        self.confirmed = self.tip = given if isinstance(given, amm.Pool) else self._make_pool()
        self.user_orders: list[UserOrder] = []
        self.actions: dict[bytes, tuple[UserOrder, amm.Action]] = {}
        self.coins = TicketedCoins(self.world.chain, self.tip.scripts)
        self._past: Past[_State] = Past((self.confirmed, self.coins))
        self.asked: set[bytes] = set()
        self._first_since: dict[tuple[bytes, int], int] = {}
        self.builder_conflicts = 0
        self.batches: list[int] = []

    def _make_pool(self) -> amm.Pool:
        fitting = partial(amm.Parameters.for_reserve, self.world.reserves.bch)
        return make_pool(self.world, fitting, amm.genesis)

    @property
    def reserves(self) -> Reserves:
        """The reserves after all transactions in the mempool."""
        return self.tip.state.reserves

    def start_order(self, intent: Intent) -> None:
        """Start a user's order with a ticket."""
        user_order = self.world.open_order(intent, self.reserves)
        self.user_orders.append(user_order)
        self._make_ticket(user_order)

    def _make_ticket(self, user_order: UserOrder) -> None:
        world = self.world
        if self._is_closing():
            again = partial(self._make_ticket, user_order)
            world.clock.after(world.reaction(world.settings.interval), again)
            return
        intent, scripts = user_order.intent, self.tip.scripts
        salt = amm.derive_salt(intent.key, scripts.parameters.pool_category, user_order.retries)
        owner = intent.key.public_key_hash
        action = amm.Action(intent.direction, intent.amount_in, user_order.min_out, owner, salt)
        self.actions[action.hash] = user_order, action
        deadline = self.world.chain.lock_height + scripts.parameters.max_wait
        funding = self.world.funding(intent.key)
        # Of those who wait, no more than the places of the queue share a batch.
        company = min(1 + len(self.waiting()), self.tip.queue.capacity // 2)
        tip = amm.fair_tip(max(1, company))
        made = amm.make_ticket(scripts, action, deadline, funding, tip=tip)
        self.world.send(made.built, lambda result: self._learn(user_order, result))

    def _is_closing(self) -> bool:
        """Return whether the provider may soon move the reserves under those who wait.

        Careful users take their tickets back then, and make no new ones.
        """
        return self.tip.state.closed and not self.world.settings.trusting

    def _learn(self, user_order: UserOrder, result: Submission) -> None:
        if result.ok:
            user_order.txid = result.txid
        else:
            user_order.conflicts += 1

    def waiting(self) -> list[amm.Ticket]:
        """Return the tickets that are not queued yet."""
        return self.coins.waiting()

    def is_omitted(self, action_hash: bytes) -> bool:
        """Return whether the builders omit this ticket."""
        known = self.actions.get(action_hash)
        return known is not None and known[0].intent.is_omitted

    def revealed(self, entry: amm.Entry) -> amm.Order | None:
        """Return the order that reveals an entry; None if there is none to be executed."""
        return self.coins.order(entry)

    def follow_transaction(self, transaction: Transaction) -> None:
        """Follow a transaction that has entered the mempool: the pool, and new coins."""
        followed = follow_pool(self.world, self.tip, transaction)
        if followed is not None:
            self.tip, _ = followed
        else:
            self.coins.learn(transaction)
        self.prompt_reveals()

    def prompt_reveals(self) -> None:
        """Let users reveal: honest ones once all before them have, and their place is sure."""
        settings, is_open = self.world.settings, self._are_settled_for_good()
        sure = self._past.before(settings.confirmations - 1)[0].queue.tail
        for entry in self.tip.entries:
            order = self.revealed(entry)
            if order is None:
                known = self.actions.get(entry.action_hash)
                if known is not None and not known[0].intent.is_silent:
                    may = known[0].intent.is_careless or (is_open and entry.index < sure)
                    if may and entry.action_hash not in self.asked:
                        self._ask(entry, *known)
            if order is None or (is_open and not self._counts(order)):
                is_open = False
                if not settings.careless:
                    return

    def _are_settled_for_good(self) -> bool:
        """Return whether a careful user relies on what the mempool has executed or expired.

        A block without it would give those who stood there the choice again.
        """
        settings, head = self.world.settings, self.tip.queue.head
        if settings.trusting or not settings.reveal_confirmations:
            return True
        for entry in self.confirmed.entries[: head - self.confirmed.queue.head]:
            order = self.coins.known(entry)
            if order is None or order.coin.txid in self.world.chain.mempool:
                return False
        return True

    def _counts(self, order: amm.Order) -> bool:
        """Return whether a careful user behind a reveal relies on it: it cannot be taken back."""
        settings = self.world.settings
        if settings.trusting:
            return True
        depth = self.world.chain.confirmations(order.coin)
        delay = self.tip.scripts.parameters.order_refund_delay
        is_deep = settings.reveal_confirmations <= depth
        return is_deep and self.world.age(order.coin) < delay - 1

    def _ask(self, entry: amm.Entry, user_order: UserOrder, action: amm.Action) -> None:
        self.asked.add(entry.action_hash)

        def reveal() -> None:
            funding = self.world.funding(user_order.intent.key)
            try:
                made = amm.make_order(self.tip.scripts, action, entry, funding)
            except BuildError:
                # The funds are in an order already, for another ticket of the same user.
                return
            self.world.send(made.built, lambda result: self._learn(user_order, result))

        self.world.clock.after(self.world.reaction(), reveal)

    def ready(self) -> list[amm.Order]:
        """Return the revealed orders at the head of the queue, in order."""
        found: list[amm.Order] = []
        used: set[tuple[bytes, int]] = set()
        for entry in self.tip.entries[: self.tip.queue.takeable()]:
            order = self.revealed(entry)
            # A copied ticket gives two places to one order, which can take only the first.
            if order is None or order.coin.outpoint in used:
                break
            used.add(order.coin.outpoint)
            found.append(order)
        return found

    def follow_block(self, transactions: tuple[Transaction, ...]) -> None:
        """Follow the pool through a block, and settle the orders that it confirmed."""
        chain = self.world.chain
        for transaction in transactions:
            followed = follow_pool(self.world, self.confirmed, transaction)
            if followed is None:
                self.coins.learn(transaction)
                continue
            self.confirmed, event = followed
            if event.kind == "sequence":
                self.batches.append(len(event.entries))
            for done in event.executions:
                known = self.actions.get(done.entry.action_hash)
                if known is not None and not known[0].is_over:
                    filled = "filled" if done.fill.is_filled else "unfilled"
                    known[0].end(filled, chain.height, done.fill.amount_out)
            for entry in event.entries if event.kind == "expire" else ():
                known = self.actions.get(entry.action_hash)
                if known is not None and not known[0].is_over:
                    known[0].end("expired", chain.height)
        self.coins = self.coins.pruned()
        self._past.add((self.confirmed, self.coins.copy()))
        self.tip = self.confirmed
        for transaction in list(chain.mempool.values()):
            self.follow_transaction(transaction)
        self.prompt_reveals()
        self._rescue_tickets()

    def disconnect(self, blocks: int) -> None:
        """Go back to the state before the last blocks, which the chain has disconnected."""
        self.confirmed, coins = self._past.drop(blocks)
        self.coins = coins.copy()
        for transaction in self.world.chain.mempool.values():
            self.coins.learn(transaction)
        for user_order in self.user_orders:
            user_order.reopen_above(self.world.chain.height)

    @contextmanager
    def before_blocks(self, blocks: int) -> Iterator[None]:
        """Show pool and coins as they were before the last blocks, until the `with` block ends.

        What has been revealed since then stays known.
        """
        confirmed, coins = self.confirmed, self.coins
        self.confirmed, old = self._past.before(blocks)
        self.coins = old.copy()
        for block in self.world.chain.blocks[-blocks:]:
            for transaction in block.transactions[1:]:
                self.coins.learn(transaction)
        for transaction in self.world.chain.mempool.values():
            self.coins.learn(transaction)
        try:
            yield
        finally:
            self.confirmed, self.coins = confirmed, coins

    def _rescue_tickets(self) -> None:
        """Let users whom builders omit queue their own tickets, or refund if it is closed.

        Whoever stands behind more tickets than the queue has places waits for their turn.
        """
        world, waiting = self.world, self.waiting()
        height = world.chain.height
        if not self._is_closing():
            first, _ = amm.choose_tickets(self.tip, waiting, world.chain.lock_height)
            waiting = first[: self.tip.queue.capacity]
            places = [each.coin.outpoint for each in waiting]
            self._first_since = {each: self._first_since.get(each, height) for each in places}
        for ticket in waiting:
            known = self.actions.get(ticket.action_hash)
            is_own = known is not None and ticket.owner == known[0].intent.key.public_key_hash
            if known is None or not is_own:
                continue
            if world.chain.confirmations(ticket.coin) < _PATIENCE_BLOCKS:
                continue
            if self._is_closing():
                if world.age(ticket.coin) < _PATIENCE_BLOCKS:
                    continue
                key = known[0].intent.key
                back = amm.refund(self.tip.scripts, ticket, key, Funding(key.locking_bytecode))
                self.coins.forget(ticket)
                world.send(back, partial(self._restart, known[0]))
            elif height - self._first_since[ticket.coin.outpoint] >= _PATIENCE_BLOCKS - 1:
                wait = world.reaction(_SELF_HELP_SECONDS)
                world.clock.after(wait, partial(self._sequence_own_ticket, known[0], ticket))

    def _sequence_own_ticket(self, user_order: UserOrder, ticket: amm.Ticket) -> None:
        world = self.world
        if not self.tip.queue.room() or world.chain.coin(ticket.coin.outpoint) is None:
            return
        funding = world.funding(user_order.intent.key)
        try:
            step = amm.sequence(self.tip, [ticket], world.chain.lock_height, funding)
        except BuildError:
            # The pool is closed, or the queue has no room for it.
            return
        world.send(step.built, self._count_builder)

    def _restart(self, user_order: UserOrder, _refunded: Submission) -> None:
        user_order.retries += 1
        self._make_ticket(user_order)

    def _count_builder(self, result: Submission) -> None:
        self.builder_conflicts += not result.ok

    def expirable(self) -> bool:
        """Return whether the order at the head of the queue can be expired now."""
        entries, chain, pool = self.tip.entries, self.world.chain, self.tip
        if not entries or chain.lock_height < deadline_height(entries[0].deadline):
            return False
        # One block more than script asks for: two blocks may follow each other at once.
        return self.world.age(pool.coin, spare_blocks=1) >= pool.scripts.parameters.grace
