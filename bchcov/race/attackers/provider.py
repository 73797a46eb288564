"""A provider who baits: empties the pool while orders wait unqueued, and keeps their tips."""

from __future__ import annotations

from ...amm import ticketed as amm
from ...amm.formula import Reserves
from ...errors import BuildError
from .attacker import Blocks
from .ticketed_desk import TicketedDesk

__all__ = ["BaitingProvider"]

_LEAST_VICTIMS = 3
_LEFT = 1_000


class BaitingProvider:
    """The owner of the pool, who is a builder as well.

    They take out all but a thousandth of the reserves, queue the tickets that wait, execute
    them unfilled at a price that nobody accepts, and put the reserves back.
    """

    def __init__(self, desk: TicketedDesk) -> None:
        self._desk, self.account = desk, desk.account
        self._full: Reserves | None = None

    @property
    def is_open(self) -> bool:
        """Whether the reserves are not put back yet."""
        return self._full is not None

    def act(self) -> None:
        """Empty the pool, execute what has been revealed, or put the reserves back."""
        desk, model = self._desk, self._desk.model
        if self._full is None:
            is_worth_it = len(model.waiting()) >= _LEAST_VICTIMS and not desk.entries
            if is_worth_it and self.account.can_risk(10_000):
                full = model.reserves
                least = model.tip.scripts.parameters.min_reserve
                little = Reserves(max(least, full.bch // _LEFT), max(1, full.tokens // _LEFT))
                if self._change(little):
                    self._full = full
                    self.account.rounds += 1
                    desk.sequence_waiting()
            return
        ready = model.ready()
        if ready and len(ready) == len(desk.entries):
            desk.execute(ready[:100])
        if not desk.entries and self._change(self._full):
            self._full = None

    def _change(self, reserves: Reserves) -> bool:
        desk = self._desk
        provider = desk.world.provider
        pool: amm.Pool = desk.model.tip
        try:
            step = amm.change_reserves(pool, reserves, provider, self.account.funding())
        except BuildError:
            return False
        return desk.submit(step.built)

    def act_on_block(self) -> None:
        """Look again at what is revealed."""
        if self._full is not None:
            self.act()

    def find_block(self) -> Blocks | None:
        """Leave all blocks to others."""
        return None
