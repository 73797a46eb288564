"""The epochs profile in a race: users reveal side by side, and all trade at one price."""

from __future__ import annotations

from functools import partial

from ...amm import epochs as amm
from ...amm.epochs.epoch import Slot
from ...amm.epochs.settlement import Order
from ...amm.epochs.users import commit
from ...amm.formula import Reserves
from ...chain import Submission
from ...errors import BuildError
from ...transaction.model import Transaction
from ...vm.rules.upgrades import BCH_2026
from ...wallet.coins import Coin
from ..orders import Intent, UserOrder
from ..settings import Settings
from ..stage import Stage
from ..world import World
from .sequenced import Past, follow_pool, make_pool

__all__ = ["EpochsPoolModel"]

_PATIENCE_BLOCKS = 3
_SELF_HELP_SECONDS = 120.0
_Outpoint = tuple[bytes, int]


class EpochsPoolModel:
    """A pool of epochs with all its users."""

    name = "epochs"

    def __init__(self, settings: Settings, stage: Stage | None = None) -> None:
        self.world = World(settings, BCH_2026, stage)
        given = None if stage is None else stage.pool
        self.confirmed = self.tip = given if isinstance(given, amm.Pool) else self._make_pool()
        self._past = Past(self.confirmed)
        self.user_orders: list[UserOrder] = []
        self.actions: dict[bytes, tuple[UserOrder, amm.Action]] = {}
        self._tickets: dict[_Outpoint, amm.Ticket] = {}
        self._orders: dict[_Outpoint, Order] = {}
        self._asked: set[_Outpoint] = set()
        self.builder_conflicts = 0

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
        scripts = self.tip.scripts
        salt = amm.derive_salt(intent.key, scripts.parameters.pool_category, 0)
        owner = intent.key.public_key_hash
        action = amm.Action(intent.direction, intent.amount_in, user_order.min_out, owner, salt)
        self.actions[commit(scripts, action)] = user_order, action
        made = amm.make_ticket(scripts, action, self.world.funding(intent.key))
        self.world.send(made.built, lambda result: self._learn(user_order, result))

    def _learn(self, user_order: UserOrder, result: Submission) -> None:
        user_order.conflicts += not result.ok

    def waiting(self) -> list[amm.Ticket]:
        """Return the tickets that are in no epoch yet."""
        there = self.world.chain.coin
        return [each for outpoint, each in self._tickets.items() if there(outpoint)]

    def is_omitted(self, leaf: bytes) -> bool:
        """Return whether the builders omit this ticket."""
        known = self.actions.get(leaf)
        return known is not None and known[0].intent.is_omitted

    def revealed(self) -> list[Order] | None:
        """Return the orders of the current epoch; None if one is unknown that was revealed."""
        found = []
        for slot in self.tip.current:
            if self.world.chain.coin(slot.coin.outpoint) is not None:
                continue
            order = self._orders.get(slot.coin.outpoint)
            if order is None or self.world.chain.coin(order.coin.outpoint) is None:
                return None
            found.append(order)
        return found

    def order_of(self, slot: _Outpoint) -> Order | None:
        """Return the order that a slot was spent to, as far as it is known."""
        return self._orders.get(slot)

    def is_window_over(self) -> bool:
        """Return whether the current epoch can be settled in the next block."""
        age = self.world.age(self.tip.vault)
        return bool(self.tip.current) and age >= self.tip.scripts.parameters.window

    def follow_transaction(self, transaction: Transaction) -> None:
        """Follow a transaction that has entered the mempool: the pool, and new coins."""
        followed = follow_pool(self.world, self.tip, transaction)
        if followed is not None:
            self.tip, _ = followed
        else:
            self._learn_coins(transaction)
        self.prompt_reveals()

    def _learn_coins(self, transaction: Transaction) -> None:
        scripts = self.tip.scripts
        for coin in Coin.all_of(transaction):
            if scripts.read_ticket(coin.locking_bytecode) is not None:
                self._tickets[coin.outpoint] = amm.read_ticket(scripts, coin)
        for item, coin in zip(transaction.inputs, Coin.all_of(transaction), strict=False):
            if scripts.read_order(coin.locking_bytecode) is not None:
                # The slot has the index of its order, as the slot's script demands.
                slot = item.outpoint_hash, item.outpoint_index
                self._orders[slot] = amm.read_order(scripts, coin, slot)

    def prompt_reveals(self) -> None:
        """Let users reveal whose epoch is the current one: honest ones once that is confirmed."""
        settings = self.world.settings
        sure = self._past.before(settings.confirmations - 1).state.current
        is_sure = sure == self.tip.state.current
        for slot in self.tip.current:
            known = self.actions.get(slot.leaf)
            if known is None or slot.coin.outpoint in self._asked or known[0].intent.is_silent:
                continue
            if is_sure or known[0].intent.is_careless:
                self._asked.add(slot.coin.outpoint)
                self._ask(slot, *known)

    def _ask(self, slot: Slot, user_order: UserOrder, action: amm.Action) -> None:
        def reveal() -> None:
            if self.world.chain.coin(slot.coin.outpoint) is None:
                return
            funding = self.world.funding(user_order.intent.key)
            try:
                made = amm.make_order(self.tip.scripts, action, slot, funding)
            except BuildError:
                # The funds are in an order already: somebody has copied the ticket.
                return
            self.world.send(made.built, lambda result: self._learn(user_order, result))

        self.world.clock.after(self.world.reaction(), reveal)

    def follow_block(self, transactions: tuple[Transaction, ...]) -> None:
        """Follow the pool through a block, and settle the orders that it confirmed."""
        chain = self.world.chain
        for transaction in transactions:
            followed = follow_pool(self.world, self.confirmed, transaction)
            if followed is None:
                self._learn_coins(transaction)
                continue
            self.confirmed, event = followed
            for done in event.executions:
                filled = "filled" if done.fill.is_filled else "unfilled"
                self._end(done.entry.action_hash, filled, done.fill.amount_out)
            for entry in event.entries if event.kind in ("execute", "turn") else ():
                self._end(entry.action_hash, "expired")
        self._past.add(self.confirmed)
        self._tickets = {
            outpoint: each
            for outpoint, each in self._tickets.items()
            if chain.coin(outpoint) is not None or chain.mempool
        }
        self.tip = self.confirmed
        for transaction in list(chain.mempool.values()):
            self.follow_transaction(transaction)
        self.prompt_reveals()
        self._rescue_tickets()

    def _rescue_tickets(self) -> None:
        """Let users whom builders omit append their own tickets."""
        world = self.world
        for ticket in self.waiting():
            known = self.actions.get(ticket.leaf)
            if known is None or ticket.owner != known[0].intent.key.public_key_hash:
                continue
            if world.chain.confirmations(ticket.coin) >= _PATIENCE_BLOCKS:
                wait = world.reaction(_SELF_HELP_SECONDS)
                world.clock.after(wait, partial(self._append_own_ticket, known[0], ticket))

    def _append_own_ticket(self, user_order: UserOrder, ticket: amm.Ticket) -> None:
        if self.world.chain.coin(ticket.coin.outpoint) is None:
            return
        try:
            step = amm.sequence(self.tip, [ticket], self.world.funding(user_order.intent.key))
        except BuildError:
            # The epoch has no room, or the pool is closed.
            return
        self.world.send(step.built, self._count_builder)

    def _count_builder(self, result: Submission) -> None:
        self.builder_conflicts += not result.ok

    def _end(self, leaf: bytes, status: str, got: int = 0) -> None:
        known = self.actions.get(leaf)
        if known is not None and not known[0].is_over:
            known[0].end(status, self.world.chain.height, got)
