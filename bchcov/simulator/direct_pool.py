"""The direct profile as the simulator drives it."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Any

from ..amm import direct as amm
from ..amm.action import Action, deadline_height
from ..errors import BuildError, CommandError
from ..race.world import spends
from ..transaction.model import Transaction
from ..wallet.balance import Spend
from .accounts import Accounts
from .parsing import plural
from .wallet import Commitment

__all__ = ["DirectPool"]

_NO_TICKETS = "the direct profile has no tickets: a commitment stands in the queue at once"


class DirectPool:
    """A pool that was read from the chain, and what it can do next."""

    profile = "direct"

    def __init__(self, accounts: Accounts, pool: amm.Pool) -> None:
        self._accounts = accounts
        self._pool: amm.Pool | None = pool
        self.category = pool.scripts.parameters.pool_category
        self.scripts = pool.scripts
        self.fates: dict[bytes, str] = {}

    @classmethod
    def genesis(
        cls, accounts: Accounts, first: Spend, stock: Spend, reserves: amm.Reserves
    ) -> tuple[DirectPool, str]:
        """Make a pool of these coins."""
        parameters = amm.Parameters(**accounts.pool_parameters(first.coin.outpoint_hash))
        made = amm.genesis(parameters, reserves, first, accounts.funding_of("provider", [stock]))
        return cls(accounts, made.pool), accounts.submit(made.built)

    @classmethod
    def read_genesis(cls, accounts: Accounts, transaction: Transaction) -> DirectPool | None:
        """Read the pool that a transaction made; None where it made none of these."""
        category = transaction.inputs[0].outpoint_hash
        try:
            parameters = amm.Parameters(**accounts.pool_parameters(category))
            return cls(accounts, amm.check_genesis(transaction, parameters))
        except BuildError:
            return None

    def copy(self) -> DirectPool:
        """Another one that follows the chain from here on by itself."""
        twin = copy(self)
        twin.fates = dict(self.fates)
        return twin

    @property
    def is_open(self) -> bool:
        """Whether the pool is there; it ends when the provider withdraws."""
        return self._pool is not None

    @property
    def pool(self) -> amm.Pool:
        """The pool. Raises CommandError where it has ended."""
        if self._pool is None:
            raise CommandError("there is no pool: it has ended; open makes another one")
        return self._pool

    @property
    def reserves(self) -> amm.Reserves:
        """What trades."""
        return self.pool.state.reserves

    def see(self, transaction: Transaction) -> None:
        """Follow an accepted transaction."""
        if self._pool is None or not spends(transaction, self._pool.coin):
            return
        sources = self._accounts.chain.source_outputs(transaction)
        self._pool, event = self._pool.follow(transaction, sources)
        if event.kind == "expire":
            self.fates[event.entries[0].action_hash] = "expired, the bond is forfeited"
        for done in event.executions:
            got = f"{done.fill.amount_in:,} for {done.fill.amount_out:,}"
            fate = f"filled, {got}" if done.fill.is_filled else "not filled"
            self.fates[done.entry.action_hash] = fate

    def pending(self) -> list[dict[str, Any]]:
        """The queued orders with their slots."""
        return [
            {
                "hash": entry.action_hash.hex(),
                "slot": self.pool.queue.slot(entry.index),
                "deadline": entry.deadline,
                "stage": "queued",
            }
            for entry in self.pool.entries
        ]

    def ready(self) -> bool:
        """Whether there is something to execute: never here."""
        return False

    def unrevealed(self) -> list[tuple[bytes, int]]:
        """The hashes in the queue, each with the block from which on it may be expired."""
        return [(e.action_hash, deadline_height(e.deadline)) for e in self.pool.entries]

    def refundable(self) -> list[bytes]:
        """Nothing is ever to be taken back."""
        return []

    def waiting(self) -> list[bytes]:
        """No ticket ever waits."""
        return []

    def commit(self, made: Commitment) -> tuple[str, int]:
        """Queue an action blind; the txid and the deadline."""
        height = self._accounts.chain.height
        deadline = height + self.scripts.parameters.max_wait
        funding = self._accounts.funding(made.key_name)
        if not self.pool.queue.room():
            raise CommandError(
                f"the queue is full: {plural(self.pool.state.pending, 'order')} wait"
            )
        step = amm.commit(self.pool, made.action, deadline, height, funding)
        return self._accounts.submit(step.built), deadline

    def reveal(self, made: Commitment, action: Action) -> str:
        """Reveal the action at head; the txid.

        Another action than was committed to is taken to the script as whoever tries it
        would, which refuses it: BuildError says where.
        """
        places = [entry.action_hash for entry in self.pool.entries]
        if made.action.hash not in places:
            fate = self.fates.get(made.action.hash, "it is on no chain")
            raise CommandError(f"this commitment does not wait to be revealed: {fate}")
        funding = self._accounts.funding(made.key_name)
        if action.hash == made.action.hash:
            if (before := places.index(action.hash)) > 0:
                stands = "commitment stands" if before == 1 else "commitments stand"
                go = "it goes" if before == 1 else "they go"
                raise CommandError(f"{before} {stands} before this one: {go} first")
            return self._accounts.submit(amm.reveal(self.pool, action, funding).built)
        claimed = replace(self.pool.entries[0], action_hash=action.hash)
        believed = replace(self.pool, entries=(claimed, *self.pool.entries[1:]))
        amm.reveal(believed, action, funding)
        raise AssertionError("the script accepted another action than was committed to")

    def sequence(self) -> tuple[list[str], int]:
        """There is nothing to sequence."""
        raise CommandError(_NO_TICKETS)

    def execute(self) -> tuple[list[str], int]:
        """There is nothing to execute."""
        raise CommandError("the direct profile executes an order as it is revealed")

    def expire(self) -> str:
        """Expire the order at head; the txid."""
        height = self._accounts.chain.height
        step = amm.expire(self.pool, height, self._accounts.funding_of("builder"))
        return self._accounts.submit(step.built)

    def refund(self, made: Commitment) -> str:
        """There is nothing to refund."""
        raise CommandError(f"{made.action.hash.hex()[:12]}: {_NO_TICKETS}")

    def withdraw(self, name: str) -> str:
        """End the pool: the provider takes everything; the txid."""
        key = self._accounts.wallet.key(name)
        step = amm.exit_pool(self.pool, key, self._accounts.funding_of(name))
        return self._accounts.submit(step.built)
