"""What a race asks of an attacker."""

from __future__ import annotations

from typing import Protocol

from ...transaction.model import Transaction
from .account import Account

__all__ = ["Attacker", "Blocks"]

Blocks = list[list[Transaction] | None]
"""Blocks of an attacker, in order; None stands for one that confirms the mempool."""


class Attacker(Protocol):
    """Somebody who acts at once, without a network delay, and has a budget."""

    account: Account

    @property
    def is_open(self) -> bool:
        """Whether something that they began is not settled yet."""
        ...

    def act(self) -> None:
        """Act when a transaction has reached everybody's mempool."""
        ...

    def act_on_block(self) -> None:
        """Act when a block has been found."""
        ...

    def find_block(self) -> Blocks | None:
        """Return what is published when they find a block, or None if they have no use for it."""
        ...
