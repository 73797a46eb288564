"""A builder, who sequences tickets and executes orders for their tips."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import islice

from ...amm import ticketed as amm
from ...errors import BuildError
from ...transaction.model import Output, Transaction
from ...wallet.funding import Funding
from ..pools.ticketed import TicketedPoolModel

__all__ = ["Builder"]

_WORKING_CAPITAL = 10_000_000
_ACT_SECONDS = 120.0
# The age of the pool's coin at which the order at the head may be expired in the next block.
_URGENT = 1


class Builder:
    """An actor who checks the pool about every two minutes, and after each block."""

    def __init__(self, model: TicketedPoolModel, number: int) -> None:
        self._model = model
        self._key = model.world.key(f"builder {number}")
        self._is_sending = False
        if model.world.stage is None:
            # Between the leaves of others a lone order takes a few bytes more than its tip pays.
            model.world.chain.fund(Output(_WORKING_CAPITAL, self._key.locking_bytecode))

    def start(self) -> None:
        """Start to check the pool regularly."""
        self._model.world.clock.after(self._model.world.reaction(_ACT_SECONDS), self._act_regularly)

    def _act_regularly(self) -> None:
        self.act()
        self.start()

    def act(self) -> None:
        """Queue waiting tickets, execute revealed orders, or expire one that is late."""
        if self._is_sending:
            return
        model, world = self._model, self._model.world
        funding = Funding(self._key.locking_bytecode)
        height, most = world.chain.lock_height, world.settings.batch
        pool, sent = model.tip, []
        ready = model.ready()
        while ready:
            try:
                step = self._execute(pool, ready[:most])
            except BuildError:
                break
            pool, ready = step.pool, ready[most:]
            sent.append(step.built.transaction)
        if not sent and not ready and model.expirable():
            step = amm.expire(pool, height, funding)
            pool = step.pool
            sent.append(step.built.transaction)
        tickets = list(islice(filter(self._takes, model.waiting()), pool.queue.room()))
        while tickets and pool.queue.room() and not self._is_overdue(pool):
            count = min(most, pool.queue.room())
            try:
                step = amm.sequence(pool, tickets[:count], height, funding)
            except BuildError:
                # The tips of so few tickets do not pay the fee: they wait for more.
                break
            pool, tickets = step.pool, tickets[count:]
            sent.append(step.built.transaction)
        if sent:
            self._is_sending = True
            world.clock.after(world.network_delay(), partial(self._arrive, sent))

    def _execute(self, pool: amm.Pool, orders: Sequence[amm.Order]) -> amm.Step:
        """Execute orders for their tips; their own coins pay what one tip lacks of the fee."""
        try:
            return amm.execute(pool, orders, Funding(self._key.locking_bytecode))
        except BuildError:
            return amm.execute(pool, orders, self._model.world.funding(self._key))

    def _is_overdue(self, pool: amm.Pool) -> bool:
        """Return whether the head is late and silent: to queue tickets now would delay its end."""
        model = self._model
        if not pool.entries or model.revealed(pool.entries[0]) is not None:
            return False
        return model.world.chain.lock_height + 1 >= pool.entries[0].deadline

    def act_if_urgent(self) -> None:
        """Execute at once what could be expired instead in the next block."""
        model = self._model
        is_late = model.world.age(model.tip.coin) >= _URGENT
        if is_late and model.ready():
            self.act()

    def _takes(self, ticket: amm.Ticket) -> bool:
        """Return whether to queue a ticket: one that no script would refuse, and sure enough."""
        model, world = self._model, self._model.world
        height, settings = world.chain.lock_height, world.settings
        if model.is_omitted(ticket.action_hash):
            return False
        if settings.trusting:
            return True
        parameters = model.tip.scripts.parameters
        is_good = (
            ticket.deadline <= height + parameters.max_wait
            and ticket.coin.value >= parameters.bond
            and ticket.coin.token is None
        )
        return is_good and world.chain.confirmations(ticket.coin) >= settings.ticket_confirmations

    def _arrive(self, sent: list[Transaction]) -> None:
        self._is_sending = False
        for transaction in sent:
            if not self._model.world.submit_now(transaction).ok:
                self._model.builder_conflicts += 1
                return
