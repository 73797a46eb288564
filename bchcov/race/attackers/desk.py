"""What an attacker does in a pool: stand in the queue, reveal, execute and expire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ...amm.action import Action
from ...amm.events import Entry
from ...amm.formula import Reserves
from ..world import World
from .account import Account

__all__ = ["Desk"]


class Desk(Protocol):
    """An attacker's place in a pool of any profile; each method returns whether it succeeded."""

    world: World
    account: Account

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The queue after all transactions in the mempool."""
        ...

    @property
    def confirmed_entries(self) -> tuple[Entry, ...]:
        """The queue after the last block."""
        ...

    @property
    def reserves(self) -> Reserves:
        """The reserves after all transactions in the mempool."""
        ...

    @property
    def price_of_order(self) -> int:
        """About what the transactions of an order cost that is executed, in satoshis."""
        ...

    @property
    def room(self) -> int:
        """How many orders can be queued at once."""
        ...

    @property
    def deadline(self) -> int:
        """The latest deadline that an order queued now can have."""
        ...

    @property
    def price_of_silence(self) -> int:
        """About what one order costs that is never revealed, in satoshis."""
        ...

    def stand(self, actions: Sequence[Action], deadline: int) -> bool:
        """Queue actions behind everybody, in any order."""
        ...

    def reveal(self, action: Action) -> bool:
        """Reveal an own action that is at the head of the queue, and execute it."""
        ...

    def expire(self) -> bool:
        """Expire the order at the head of the queue."""
        ...
