"""A provider who baits: moves the reserves while orders wait unqueued, and lets them trade."""

from __future__ import annotations

from collections.abc import Callable

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

    When tickets wait, they close the pool, take out all but a thousandth of the reserves as soon
    as the script allows, and open it again. They queue the tickets that still wait, and execute
    them at the worst prices that these accept. Then the reserves are put back.
    """

    def __init__(self, desk: TicketedDesk) -> None:
        self._desk, self.account = desk, desk.account
        self._full: Reserves | None = None
        self._taken = 0

    @property
    def is_open(self) -> bool:
        """Whether the reserves are not put back yet, or the pool is closed."""
        return self._full is not None or self._desk.model.confirmed.state.closed

    def act(self) -> None:
        """Close and empty the pool, execute what has been revealed, and put the reserves back."""
        desk, model = self._desk, self._desk.model
        ready = model.ready()
        if ready and len(ready) == len(desk.entries):
            desk.execute(ready)
        if desk.entries:
            return
        is_baited = len(model.waiting()) >= _LEAST_VICTIMS
        if model.tip.state.closed:
            self._move()
        elif self._full is not None or (is_baited and self.account.can_risk(10_000)):
            if self._full is None or not is_baited:
                self._set_closed(True)
            elif desk.sequence_waiting():
                self.account.rounds += 1

    def _move(self) -> None:
        """Take out or put back the reserves of the closed pool, once allowed; open it again."""
        model = self._desk.model
        if self._full is not None:
            if self._change(self._full):
                self.account.lose(-self._taken)
                self._full = None
                self._set_closed(False)
            return
        full = model.reserves
        least = model.tip.scripts.parameters.min_reserve
        little = Reserves(max(least, full.bch // _LEFT), max(1, full.tokens // _LEFT))
        if self._change(little):
            # What was taken out is not theirs to keep until it is put back.
            self._full = full
            bch, tokens = full.bch - little.bch, full.tokens - little.tokens
            self._taken = self._desk.world.worth(bch, tokens)
            self.account.lose(self._taken)
            self._set_closed(False)
            self._desk.sequence_waiting()

    def _owner(self, build: Callable[[amm.Pool], amm.Step]) -> bool:
        try:
            step = build(self._desk.model.tip)
        except BuildError:
            return False
        return self._desk.submit(step.built)

    def _change(self, reserves: Reserves) -> bool:
        key, funding = self._desk.world.provider, self.account.funding()
        return self._owner(lambda pool: amm.change_reserves(pool, reserves, key, funding))

    def _set_closed(self, closed: bool) -> bool:
        key, funding = self._desk.world.provider, self.account.funding()
        return self._owner(lambda pool: amm.set_closed(pool, key, funding, closed=closed))

    def act_on_block(self) -> None:
        """Go on as far as the age of the coins allows."""
        if self.is_open:
            self.act()

    def find_block(self) -> Blocks | None:
        """Leave all blocks to others."""
        return None
