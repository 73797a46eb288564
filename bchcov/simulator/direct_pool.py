"""A pool of the direct profile in the simulator."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Any

from ..amm import direct as amm
from ..amm.action import Action, Direction, deadline_height
from ..amm.formula import trade
from ..errors import CommandError
from ..transaction.model import Transaction
from .accounts import Accounts
from .followed_pool import FollowedPool
from .parsing import plural
from .wallet import Commitment

__all__ = ["DirectPool"]

_NO_TICKETS = "the direct profile has no tickets: a commitment is queued at once"


class DirectPool:
    """A pool that was read from the chain, and the commands that it understands."""

    profile = "direct"

    def __init__(self, accounts: Accounts, pool: amm.Pool) -> None:
        self._accounts = accounts
        self.scripts = pool.scripts
        self.followed = FollowedPool(accounts, pool, unfilled="not filled")

    def copy(self) -> DirectPool:
        """Return a copy that follows the chain independently from here on."""
        twin = copy(self)
        twin.followed = self.followed.copy()
        return twin

    def see(self, transaction: Transaction) -> None:
        """Follow an accepted transaction."""
        self.followed.follow(transaction)

    def offer(self, direction: Direction, amount_in: int) -> int:
        """Return what an amount gets as the pool stands."""
        return trade(self.followed.reserves, direction, amount_in).amount_out

    def pending(self) -> list[dict[str, Any]]:
        """List the queued orders with their slots."""
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
        """Return False: in this profile no order waits to be executed."""
        return False

    def unrevealed(self) -> list[tuple[bytes, int]]:
        """List the queued hashes, each with its first height to expire."""
        return [(e.action_hash, deadline_height(e.deadline)) for e in self.followed.pool.entries]

    def refundable(self) -> list[bytes]:
        """Return nothing: in this profile nothing can be refunded."""
        return []

    def waiting(self) -> list[bytes]:
        """Return nothing: this profile has no tickets."""
        return []

    def commit(self, made: Commitment) -> tuple[str, int]:
        """Queue the hash of an action; return the txid and the deadline."""
        height = self._accounts.chain.height
        deadline = height + self.scripts.parameters.max_wait
        funding = self._accounts.funding(made.key_name)
        if not self.followed.pool.queue.room():
            raise CommandError(
                f"the queue is full: {plural(self.followed.pool.state.pending, 'order')} waiting"
            )
        step = amm.commit(self.followed.pool, made.action, deadline, height, funding)
        return self._accounts.submit(step.built), deadline

    def reveal(self, made: Commitment, action: Action) -> str:
        """Reveal the action at the head of the queue; return the txid.

        An action other than the one committed to is tried as well, as an attacker would: the
        script refuses it, and BuildError says where.
        """
        places = [entry.action_hash for entry in self.followed.pool.entries]
        if made.action.hash not in places:
            fate = self.followed.fates.get(made.action.hash, "it is not on the chain")
            raise CommandError(f"this commitment is not waiting to be revealed: {fate}")
        funding = self._accounts.funding(made.key_name)
        if action.hash == made.action.hash:
            if (before := places.index(action.hash)) > 0:
                count = f"{plural(before, 'commitment')} {'is' if before == 1 else 'are'}"
                raise CommandError(f"{count} ahead of this one in the queue")
            return self._accounts.submit(amm.reveal(self.followed.pool, action, funding).built)
        claimed = replace(self.followed.pool.entries[0], action_hash=action.hash)
        believed = replace(self.followed.pool, entries=(claimed, *self.followed.pool.entries[1:]))
        amm.reveal(believed, action, funding)
        raise AssertionError("the script accepted another action than was committed to")

    def sequence(self) -> tuple[list[str], int]:
        """Raise CommandError: this profile has no tickets."""
        raise CommandError(_NO_TICKETS)

    def execute(self) -> tuple[list[str], int]:
        """Raise CommandError: this profile executes an order when it is revealed."""
        raise CommandError("the direct profile executes an order when it is revealed")

    def turn(self) -> str:
        """Raise CommandError: this profile has no epochs."""
        raise CommandError("this profile has no epochs: its orders are revealed one by one")

    def expire(self) -> str:
        """Expire the order at the head of the queue; return the txid."""
        return self.followed.expire(amm.expire)

    def refund(self, made: Commitment) -> str:
        """Raise CommandError: this profile has nothing to refund."""
        raise CommandError(f"{made.action.hash.hex()[:12]}: {_NO_TICKETS}")

    def withdraw(self, name: str) -> str:
        """End the pool, paying everything to the provider; return the txid."""
        return self.followed.withdraw(amm.exit_pool, name)
