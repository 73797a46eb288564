"""The order of one user in a race, from their intent to the block that settled it."""

from __future__ import annotations

from dataclasses import dataclass

from ..amm.action import Direction
from ..wallet.keys import PrivateKey

__all__ = ["Intent", "UserOrder"]


@dataclass(frozen=True, slots=True)
class Intent:
    """What a user intends to trade, and when: the same on every pool."""

    number: int
    time: float
    key: PrivateKey
    direction: Direction
    amount_in: int
    is_careless: bool = False
    is_silent: bool = False
    is_omitted: bool = False


@dataclass(slots=True)
class UserOrder:
    """The state of a user's order.

    `status` is "waiting", "filled", "unfilled" (the price had moved beyond their tolerance),
    "gave up" (the same, before they had anything on the chain) or "expired". `quoted` is what
    the pool offered when they arrived, `got` what they got; `blocks` is how long it took.
    """

    intent: Intent
    height: int
    quoted: int
    min_out: int
    status: str = "waiting"
    conflicts: int = 0
    retries: int = 0
    got: int = 0
    blocks: int = 0
    txid: str = ""

    @property
    def is_over(self) -> bool:
        """Whether the order is settled."""
        return self.status != "waiting"

    def end(self, status: str, height: int, got: int = 0) -> None:
        """Settle the order at a height."""
        self.status, self.got = status, got
        self.blocks = height - self.height

    def reopen_above(self, height: int) -> None:
        """Let the order wait again, if a block that is disconnected now had settled it."""
        if self.is_over and self.height + self.blocks > height:
            self.status, self.blocks = "waiting", 0
