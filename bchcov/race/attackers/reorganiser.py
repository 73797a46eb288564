"""A miner who replaces the last blocks where that pays, so that confirmed places are lost."""

from __future__ import annotations

from ...errors import BuildError, ChainError
from ...transaction.model import Transaction
from ..actors.miner import Miner
from ..pools.cpmm import CpmmPoolModel
from ..pools.direct import DirectPoolModel
from ..pools.ticketed import TicketedPoolModel
from .account import Account
from .attacker import Blocks
from .displacement import build_displacement, find_displacement

__all__ = ["Reorganiser"]

_Model = CpmmPoolModel | DirectPoolModel | TicketedPoolModel


class Reorganiser:
    """The profit-seeking miner, who also withholds blocks to replace those of others.

    To replace the last blocks they need one more than these, before anybody else finds one;
    otherwise what they withheld is worthless. They try where the expected profit is positive.
    """

    def __init__(self, model: _Model, miner: Miner) -> None:
        self._model, self._miner = model, miner
        world = model.world
        self.account = Account(world, world.key("miner"))
        self._depth = world.settings.confirmations
        self._held = 0

    @property
    def is_open(self) -> bool:
        """Whether they withhold blocks; a position of theirs is that of the miner."""
        return False

    def act(self) -> None:
        """Leave the mempool alone."""

    def act_on_block(self) -> None:
        """Give up what is withheld: somebody else was faster."""
        self.account.lose(self._held * self._model.world.settings.block_worth)
        self._held = 0

    def find_block(self) -> Blocks | None:
        """Begin to withhold, withhold another block, or replace the last blocks."""
        if not self._held:
            if self._miner.is_open or not self._pays():
                return None
            self.account.rounds += 1
        self._held += 1
        if self._held <= self._depth:
            return []
        self._held = 0
        self._model.world.chain.reorganise(self._depth)
        self._model.disconnect(self._depth)
        return [self._replacement(), *[None] * self._depth]

    def _replacement(self) -> list[Transaction] | None:
        """Return the block that pays most, now that the blocks to replace are gone."""
        model = self._model
        if not isinstance(model, TicketedPoolModel):
            return self._miner.choose()
        found = find_displacement(model)
        if found is None:
            return None
        try:
            block = build_displacement(model, found, self.account.key)
            self._miner.check(block)
        except BuildError:
            return None
        return block

    def _planned(self) -> int:
        """Return the profit that a replacement would make, if the last blocks were gone."""
        model = self._model
        if isinstance(model, TicketedPoolModel):
            displaced = find_displacement(model)
            return 0 if displaced is None else displaced.profit
        found = self._miner.best()
        return 0 if found is None else found[1].planned

    def _pays(self) -> bool:
        """Return whether it pays on average to withhold the block that was found now."""
        model, settings = self._model, self._model.world.settings
        if not self.account.can_risk((self._depth + 1) * settings.block_worth):
            return False
        tally = self._miner.tally
        counted = tally.candidates, tally.refused
        try:
            with model.world.chain.snapshot() as chain, model.before_blocks(self._depth):
                chain.reorganise(self._depth)
                planned = self._planned()
        except ChainError:
            # The blocks to replace are not there: the race has just begun.
            return False
        tally.candidates, tally.refused = counted
        chance = settings.miner_share**self._depth
        return chance * planned > (1 - chance) * settings.block_worth and planned > 0
