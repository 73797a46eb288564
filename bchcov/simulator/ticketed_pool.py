"""A pool of the ticketed profile in the simulator."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Any, TypeVar

from ..amm import ticketed as amm
from ..amm.action import Action, Direction, deadline_height
from ..amm.formula import trade
from ..errors import CommandError
from ..transaction.model import Transaction
from ..wallet.coins import Coin
from .accounts import Accounts
from .followed_pool import FollowedPool
from .wallet import Commitment

__all__ = ["TicketedPool"]

_TICKET_TIP = 2_000

HeldT = TypeVar("HeldT", amm.Ticket, amm.Order)


class TicketedPool:
    """A pool that was read from the chain, and the commands that it understands."""

    profile = "ticketed"

    def __init__(self, accounts: Accounts, pool: amm.Pool) -> None:
        self._accounts = accounts
        self.scripts = pool.scripts
        self.followed = FollowedPool(accounts, pool, unfilled="not filled, funds returned")
        self._tickets: dict[bytes, amm.Ticket] = {}
        self._orders: dict[bytes, amm.Order] = {}

    def copy(self) -> TicketedPool:
        """Return a copy that follows the chain independently from here on."""
        twin = copy(self)
        twin.followed = self.followed.copy()
        twin._tickets, twin._orders = dict(self._tickets), dict(self._orders)
        return twin

    def see(self, transaction: Transaction) -> None:
        """Follow an accepted transaction, and remember a ticket or order that it makes."""
        if self.followed.follow(transaction):
            return
        locking = transaction.outputs[0].locking_bytecode
        if self.scripts.read_ticket(locking) is not None:
            ticket = amm.read_ticket(self.scripts, Coin.of(transaction, 0))
            self._tickets[ticket.action_hash] = ticket
        elif self.scripts.read_order(locking) is not None:
            order = amm.read_order(self.scripts, Coin.of(transaction, 0))
            self._orders[order.action.hash] = order

    def _unspent(self, held: dict[bytes, HeldT]) -> dict[bytes, HeldT]:
        """Return those whose coins are unspent."""
        chain = self._accounts.chain
        return {each: one for each, one in held.items() if chain.coin(one.coin.outpoint)}

    def offer(self, direction: Direction, amount_in: int) -> int:
        """Return what an amount gets as the pool stands."""
        return trade(self.followed.reserves, direction, amount_in).amount_out

    def pending(self) -> list[dict[str, Any]]:
        """List the queued orders with their slots, then the tickets that are not queued yet."""
        orders = self._unspent(self._orders)
        rows: list[dict[str, Any]] = [
            {
                "hash": entry.action_hash.hex(),
                "slot": self.followed.pool.queue.slot(entry.index),
                "deadline": entry.deadline,
                "stage": "revealed" if entry.action_hash in orders else "queued",
            }
            for entry in self.followed.pool.entries
        ]
        for action_hash, ticket in self._unspent(self._tickets).items():
            row = {"hash": action_hash.hex(), "slot": None, "deadline": ticket.deadline}
            rows.append(row | {"stage": "ticket"})
        return rows

    def ready(self) -> bool:
        """Return whether the order at the head of the queue is revealed and can be executed."""
        entries = self.followed.pool.entries[:1]
        return bool(entries) and entries[0].action_hash in self._unspent(self._orders)

    def unrevealed(self) -> list[tuple[bytes, int]]:
        """List the queued hashes that are not revealed, each with its first height to expire."""
        orders, first = self._unspent(self._orders), self._first_expiry()
        return [
            (entry.action_hash, max(deadline_height(entry.deadline), first))
            for entry in self.followed.pool.entries
            if entry.action_hash not in orders
        ]

    def _first_expiry(self) -> int:
        """Return the height from which the pool's coin is old enough for an expiry."""
        chain, pool = self._accounts.chain, self.followed.pool
        age = chain.confirmations(pool.coin)
        return chain.height + max(0, pool.scripts.parameters.grace - age)

    def refundable(self) -> list[bytes]:
        """List the tickets and orders that can only be refunded."""
        open_pool = self.followed.pool if self.followed.is_open else None
        queued = {entry.action_hash for entry in open_pool.entries} if open_pool else set()
        orders = [each for each in self._unspent(self._orders) if each not in queued]
        waiting = set(self.waiting())
        return [each for each in self._unspent(self._tickets) if each not in waiting] + orders

    def waiting(self) -> list[bytes]:
        """List the tickets that can be queued, while the pool is open."""
        is_open = self.followed.is_open and not self.followed.pool.state.closed
        return list(self._unspent(self._tickets)) if is_open else []

    def commit(self, made: Commitment) -> tuple[str, int]:
        """Make a ticket; return its txid and its deadline."""
        if self.followed.pool.state.closed:
            raise CommandError("the pool is closed: it takes no tickets")
        deadline = self._accounts.chain.height + self.scripts.parameters.max_wait
        funding = self._accounts.funding(made.key_name)
        ticket = amm.make_ticket(self.scripts, made.action, deadline, funding, tip=_TICKET_TIP)
        return self._accounts.submit(ticket.built), deadline

    def _entry(self, action_hash: bytes) -> amm.Entry:
        for entry in self.followed.pool.entries:
            if entry.action_hash == action_hash:
                return entry
        if action_hash in self._unspent(self._tickets):
            raise CommandError("this ticket is not queued yet: sequence it first")
        fate = self.followed.fates.get(action_hash, "it is not on the chain")
        raise CommandError(f"this commitment is not waiting to be revealed: {fate}")

    def reveal(self, made: Commitment, action: Action) -> str:
        """Reveal an action; return the txid of its order.

        An action other than the one committed to is tried as well, as an attacker would: the
        script refuses it, and BuildError says where.
        """
        entry = self._entry(made.action.hash)
        funding = self._accounts.funding(made.key_name)
        if action.hash == entry.action_hash:
            if entry.action_hash in self._unspent(self._orders):
                raise CommandError("this order is already revealed: execute it")
            order = amm.make_order(self.scripts, action, entry, funding)
            return self._accounts.submit(order.built)
        head = replace(
            self.followed.pool.entries[0], action_hash=action.hash, deadline=entry.deadline
        )
        order = amm.make_order(self.scripts, action, head, funding)
        believed = replace(self.followed.pool, entries=(head, *self.followed.pool.entries[1:]))
        amm.execute(believed, [order.order], self._accounts.funding("builder"))
        raise AssertionError("the script accepted another action than was committed to")

    def sequence(self) -> tuple[list[str], int]:
        """Queue every waiting ticket; return the txids and the number of tickets."""
        pool, height = self.followed.pool, self._accounts.chain.height
        due = [self._tickets[each] for each in self.waiting()]
        if not due:
            raise CommandError("no ticket is waiting to be queued: commit makes one")
        made = amm.sequence_all(pool, due, height, self._accounts.funding("builder"))
        if not made.steps:
            raise CommandError(f"no ticket can be queued: {made.skipped[0].reason}")
        count = len(due) - len(made.skipped)
        return [self._accounts.submit(step.built) for step in made], count

    def execute(self) -> tuple[list[str], int]:
        """Execute the revealed orders at the head; return the txids and the number of orders."""
        pool, orders, ready = self.followed.pool, self._unspent(self._orders), []
        for entry in pool.entries:
            if entry.action_hash not in orders:
                break
            ready.append(orders[entry.action_hash])
        if not ready:
            raise CommandError("no revealed order at the head of the queue: nothing to execute")
        made = amm.execute_all(pool, ready, self._accounts.funding("builder"))
        if not made.steps:
            raise CommandError(f"no order can be executed: {made.skipped[0].reason}")
        count = len(ready) - len(made.skipped)
        return [self._accounts.submit(step.built) for step in made], count

    def turn(self) -> str:
        """Raise CommandError: this profile has no epochs."""
        raise CommandError("this profile has no epochs: its orders are revealed one by one")

    def expire(self) -> str:
        """Expire the order at the head of the queue; return the txid."""
        return self.followed.expire(amm.expire)

    def refund(self, made: Commitment) -> str:
        """Take back a ticket or an order; return the txid."""
        held: amm.Ticket | amm.Order | None = self._unspent(self._tickets).get(made.action.hash)
        held = held or self._unspent(self._orders).get(made.action.hash)
        if held is None:
            raise CommandError("this commitment has neither a ticket nor an order to take back")
        key = self._accounts.wallet.key(made.key_name)
        funding = self._accounts.funding_of(made.key_name)
        return self._accounts.submit(amm.refund(self.scripts, held, key, funding))

    def withdraw(self, name: str) -> str:
        """End the pool, paying everything to the provider; return the txid."""
        return self.followed.withdraw(amm.exit_pool, name)
