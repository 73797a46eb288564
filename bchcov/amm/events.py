"""Queue entries, and the events of a pool, for both profiles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

from ..errors import BuildError
from ..transaction.model import Output, Transaction
from .action import Action
from .formula import Fill

__all__ = ["Entry", "Event", "Execution", "Followable", "read_history"]


@dataclass(frozen=True, slots=True)
class Entry:
    """An order in the queue, whose action is known only by its hash until it is revealed."""

    index: int
    deadline: int
    action_hash: bytes

    @property
    def preimage(self) -> bytes:
        """The preimage of the queue's leaf: deadline (4 bytes, little-endian), action_hash (32)."""
        return self.deadline.to_bytes(4, "little") + self.action_hash


@dataclass(frozen=True, slots=True)
class Execution:
    """The result of one order: how it was filled, and what its owner was paid.

    The action is None if it was revealed in an encoding that scripts accept but this library
    never writes.
    """

    entry: Entry
    action: Action | None
    fill: Fill
    payout: Output


@dataclass(frozen=True, slots=True)
class Event:
    """What one transaction did to a pool.

    `kind` is "genesis", "expire" or "exit" in both profiles; "commit" or "reveal" in direct;
    "sequence", "execute" or "owner" (closed, reopened or changed reserves) in ticketed.
    `entries` are those queued or expired, `executions` those executed.
    """

    kind: str
    txid: str
    entries: tuple[Entry, ...] = ()
    executions: tuple[Execution, ...] = ()


class Followable(Protocol):
    """A pool of either profile, which can be followed through the transactions that spend it."""

    def follow(
        self, transaction: Transaction, source_outputs: Sequence[Output]
    ) -> tuple[Self | None, Event]: ...


PoolT = TypeVar("PoolT", bound=Followable)


def read_history(
    pool: PoolT, transactions: Iterable[tuple[Transaction, Sequence[Output]]]
) -> tuple[PoolT | None, tuple[Event, ...]]:
    """Follow a pool through its transactions, each with the outputs it spends.

    Returns the pool after the last one (None after an exit) and the events. Raises BuildError
    for a transaction that does not spend the pool as the one before left it.
    """
    events: list[Event] = []
    after: PoolT | None = pool
    for transaction, source_outputs in transactions:
        if after is None:
            raise BuildError("the transaction follows the end of the pool")
        after, event = after.follow(transaction, source_outputs)
        events.append(event)
    return after, tuple(events)
