"""The direct profile as the simulator drives it."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Any

from ..amm import direct as amm
from ..amm.action import Action, deadline_height
from ..errors import CommandError
from ..transaction.model import Transaction
from .accounts import Accounts
from .followed_pool import FollowedPool
from .parsing import plural
from .wallet import Commitment

__all__ = ["DirectPool"]

_NO_TICKETS = "the direct profile has no tickets: a commitment stands in the queue at once"


class DirectPool:
    """A pool that was read from the chain, and what it can do next."""

    profile = "direct"

    def __init__(self, accounts: Accounts, pool: amm.Pool) -> None:
        self._accounts = accounts
        self.scripts = pool.scripts
        self.followed = FollowedPool(accounts, pool, unfilled="not filled")

    def copy(self) -> DirectPool:
        """Another one that follows the chain from here on by itself."""
        twin = copy(self)
        twin.followed = self.followed.copy()
        return twin

    def see(self, transaction: Transaction) -> None:
        """Follow an accepted transaction."""
        self.followed.follow(transaction)

    def pending(self) -> list[dict[str, Any]]:
        """The queued orders with their slots."""
        return [
            {
                "hash": entry.action_hash.hex(),
                "slot": self.followed.pool.queue.slot(entry.index),
                "deadline": entry.deadline,
                "stage": "queued",
            }
            for entry in self.followed.pool.entries
        ]

    def ready(self) -> bool:
        """Whether there is something to execute: never here."""
        return False

    def unrevealed(self) -> list[tuple[bytes, int]]:
        """The hashes in the queue, each with the block from which on it may be expired."""
        return [(e.action_hash, deadline_height(e.deadline)) for e in self.followed.pool.entries]

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
        if not self.followed.pool.queue.room():
            raise CommandError(
                f"the queue is full: {plural(self.followed.pool.state.pending, 'order')} wait"
            )
        step = amm.commit(self.followed.pool, made.action, deadline, height, funding)
        return self._accounts.submit(step.built), deadline

    def reveal(self, made: Commitment, action: Action) -> str:
        """Reveal the action at head; the txid.

        Another action than was committed to is taken to the script as whoever tries it
        would, which refuses it: BuildError says where.
        """
        places = [entry.action_hash for entry in self.followed.pool.entries]
        if made.action.hash not in places:
            fate = self.followed.fates.get(made.action.hash, "it is on no chain")
            raise CommandError(f"this commitment does not wait to be revealed: {fate}")
        funding = self._accounts.funding(made.key_name)
        if action.hash == made.action.hash:
            if (before := places.index(action.hash)) > 0:
                stands = "commitment stands" if before == 1 else "commitments stand"
                go = "it goes" if before == 1 else "they go"
                raise CommandError(f"{before} {stands} before this one: {go} first")
            return self._accounts.submit(amm.reveal(self.followed.pool, action, funding).built)
        claimed = replace(self.followed.pool.entries[0], action_hash=action.hash)
        believed = replace(self.followed.pool, entries=(claimed, *self.followed.pool.entries[1:]))
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
        return self.followed.expire(amm.expire)

    def refund(self, made: Commitment) -> str:
        """There is nothing to refund."""
        raise CommandError(f"{made.action.hash.hex()[:12]}: {_NO_TICKETS}")

    def withdraw(self, name: str) -> str:
        """End the pool: the provider takes everything; the txid."""
        return self.followed.withdraw(amm.exit_pool, name)
