"""The ticketed profile in a race: users make their own coins, and builders batch them."""

from __future__ import annotations

from functools import partial

from ...amm import ticketed as amm
from ...amm.formula import Reserves
from ...chain import Submission
from ...transaction.model import Transaction
from ...vm.rules.upgrades import BCH_2026
from ...wallet.coins import Coin
from ...wallet.funding import Funding
from ..orders import Intent, UserOrder
from ..settings import Settings
from ..stage import Stage
from ..world import World
from .sequenced import follow_pool, make_pool

__all__ = ["TICKET_TIP", "TicketedPoolModel"]

TICKET_TIP = 1_000
_PATIENCE_BLOCKS = 3
_SELF_HELP_SECONDS = 120.0


class TicketedPoolModel:
    """A ticketed pool with all its users."""

    name = "ticketed"

    def __init__(self, settings: Settings, stage: Stage | None = None) -> None:
        self.world = World(settings, BCH_2026, stage)
        given = None if stage is None else stage.pool
        self.confirmed = self.tip = given if isinstance(given, amm.Pool) else self._make_pool()
        self.user_orders: list[UserOrder] = []
        self.actions: dict[bytes, tuple[UserOrder, amm.Action]] = {}
        self.tickets: dict[bytes, amm.Ticket] = {}
        self.orders: dict[bytes, amm.Order] = {}
        self.asked: set[bytes] = set()
        self.builder_conflicts = 0
        self.batches: list[int] = []

    def _make_pool(self) -> amm.Pool:
        return make_pool(self.world, amm.Parameters, amm.genesis)

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
        intent, scripts = user_order.intent, self.tip.scripts
        salt = amm.derive_salt(intent.key, scripts.parameters.pool_category, user_order.retries)
        owner = intent.key.public_key_hash
        action = amm.Action(intent.direction, intent.amount_in, user_order.min_out, owner, salt)
        self.actions[action.hash] = user_order, action
        deadline = self.world.chain.height + scripts.parameters.max_wait
        funding = self.world.funding(intent.key)
        made = amm.make_ticket(scripts, action, deadline, funding, tip=TICKET_TIP)
        self.world.send(made.built, lambda result: self._learn(user_order, result))

    def _learn(self, user_order: UserOrder, result: Submission) -> None:
        if result.ok:
            user_order.txid = result.txid
        else:
            user_order.conflicts += 1

    def waiting(self) -> dict[bytes, amm.Ticket]:
        """Return the tickets that are not queued yet."""
        there = self.world.chain.coin
        return {each: one for each, one in self.tickets.items() if there(one.coin.outpoint)}

    def is_omitted(self, action_hash: bytes) -> bool:
        """Return whether the builders omit this ticket."""
        known = self.actions.get(action_hash)
        return known is not None and known[0].intent.is_omitted

    def follow_transaction(self, transaction: Transaction) -> None:
        """Follow a transaction that has entered the mempool: the pool, and new coins."""
        scripts = self.tip.scripts
        followed = follow_pool(self.world, self.tip, transaction)
        if followed is not None:
            self.tip, _ = followed
        else:
            locking = transaction.outputs[0].locking_bytecode
            if scripts.read_ticket(locking) is not None:
                ticket = amm.read_ticket(scripts, Coin.of(transaction, 0))
                self.tickets[ticket.action_hash] = ticket
            elif scripts.read_order(locking) is not None:
                order = amm.read_order(scripts, Coin.of(transaction, 0))
                self.orders[order.action.hash] = order
        self.prompt_reveals()

    def prompt_reveals(self) -> None:
        """Let users reveal: honest ones once all before them have, and their place is confirmed."""
        sure, is_open = self.confirmed.queue.tail, True
        for entry in self.tip.entries:
            if entry.action_hash in self.orders:
                continue
            known = self.actions.get(entry.action_hash)
            if known is not None and not known[0].intent.is_silent:
                may = known[0].intent.is_careless or (is_open and entry.index < sure)
                if may and entry.action_hash not in self.asked:
                    self._ask(entry, *known)
            is_open = False
            if not self.world.settings.careless:
                return

    def _ask(self, entry: amm.Entry, user_order: UserOrder, action: amm.Action) -> None:
        self.asked.add(entry.action_hash)

        def reveal() -> None:
            funding = self.world.funding(user_order.intent.key)
            made = amm.make_order(self.tip.scripts, action, entry, funding)
            self.world.send(made.built, lambda result: self._learn(user_order, result))

        self.world.clock.after(self.world.reaction(), reveal)

    def ready(self) -> list[amm.Order]:
        """Return the revealed orders at the head of the queue, in order."""
        found = []
        for entry in self.tip.entries[: self.tip.queue.takeable()]:
            if entry.action_hash not in self.orders:
                break
            found.append(self.orders[entry.action_hash])
        return found

    def follow_block(self, transactions: tuple[Transaction, ...]) -> None:
        """Follow the pool through a block, and settle the orders that it confirmed."""
        chain = self.world.chain
        for transaction in transactions:
            followed = follow_pool(self.world, self.confirmed, transaction)
            if followed is None:
                continue
            self.confirmed, event = followed
            if event.kind == "sequence":
                self.batches.append(len(event.entries))
            for entry in event.entries:
                self.tickets.pop(entry.action_hash, None)
            for done in event.executions:
                self.orders.pop(done.entry.action_hash, None)
                known = self.actions.get(done.entry.action_hash)
                if known is not None:
                    filled = "filled" if done.fill.is_filled else "unfilled"
                    known[0].end(filled, chain.height, done.fill.amount_out)
            for entry in event.entries if event.kind == "expire" else ():
                known = self.actions.get(entry.action_hash)
                if known is not None:
                    known[0].end("expired", chain.height)
        self.tip = self.confirmed
        for transaction in list(chain.mempool.values()):
            self.follow_transaction(transaction)
        self.prompt_reveals()
        self._rescue_tickets()

    def _rescue_tickets(self) -> None:
        """Let users whom builders omit queue their own tickets, or refund late ones."""
        height, world = self.world.chain.height, self.world
        for action_hash, ticket in self.waiting().items():
            known = self.actions.get(action_hash)
            if known is None or world.chain.confirmations(ticket.coin) < _PATIENCE_BLOCKS:
                continue
            left = ticket.deadline - height
            if left <= _PATIENCE_BLOCKS + 1:
                key = known[0].intent.key
                back = amm.refund(self.tip.scripts, ticket, key, Funding(key.locking_bytecode))
                del self.tickets[action_hash]
                world.send(back, partial(self._restart, known[0]))
            else:
                wait = world.reaction(_SELF_HELP_SECONDS)
                world.clock.after(wait, partial(self._sequence_own_ticket, known[0], ticket))

    def _sequence_own_ticket(self, user_order: UserOrder, ticket: amm.Ticket) -> None:
        height, funding = self.world.chain.height, self.world.funding(user_order.intent.key)
        is_there = self.world.chain.coin(ticket.coin.outpoint) is not None
        if is_there and self.tip.queue.room() and ticket.deadline > height:
            step = amm.sequence(self.tip, [ticket], height, funding)
            self.world.send(step.built, self._count_builder)

    def _restart(self, user_order: UserOrder, _refunded: Submission) -> None:
        user_order.retries += 1
        self._make_ticket(user_order)

    def _count_builder(self, result: Submission) -> None:
        self.builder_conflicts += not result.ok

    def expirable(self) -> bool:
        """Return whether the order at the head of the queue can be expired now."""
        entries, height = self.tip.entries, self.world.chain.height
        return bool(entries) and height >= max(entries[0].deadline, self.tip.state.hold)
