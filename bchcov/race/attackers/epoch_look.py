"""An attacker who decides last in an epoch which of their orders to reveal."""

from __future__ import annotations

from dataclasses import dataclass

from ...amm.action import BUY, SELL, Action
from ...amm.epochs.clearing import clear
from .attacker import Blocks
from .epochs_desk import EpochsDesk

__all__ = ["LastInEpoch"]

_SIZES = (0.002, 0.01)
_LEAST_VICTIMS = 3


@dataclass(slots=True)
class _Places:
    actions: tuple[Action, ...]
    is_decided: bool = False


class LastInEpoch:
    """An attacker with a buy and a sale of two sizes in the same epoch as others.

    When all others have revealed, they reveal the one order that gains most at the price
    elsewhere, if one does. The rest forfeit their bonds.
    """

    def __init__(self, desk: EpochsDesk) -> None:
        self._desk, self.account = desk, desk.account
        self._places: _Places | None = None

    @property
    def is_open(self) -> bool:
        """Whether their places are not settled yet."""
        return self._places is not None

    def act(self) -> None:
        """Stand beside others, or decide once they have revealed."""
        places = self._places
        if places is None:
            self._stand()
        elif not places.is_decided and self._are_others_revealed(places):
            places.is_decided = True
            best = max(places.actions, key=self._gain)
            # An order that is not revealed costs its bond anyway.
            if self._gain(best) > -self._desk.price_of_silence:
                self._desk.reveal(best)

    def _stand(self) -> None:
        desk, account = self._desk, self.account
        price = 2 * len(_SIZES) * desk.price_of_silence
        if len(desk.model.waiting()) < _LEAST_VICTIMS or not account.can_risk(price):
            return
        reserves = desk.reserves
        actions = tuple(
            account.action(direction, int(size * whole))
            for size in _SIZES
            for direction, whole in ((BUY, reserves.bch), (SELL, reserves.tokens))
        )
        if desk.stand(actions, desk.deadline):
            self._places = _Places(actions)
            account.rounds += 1

    def _are_others_revealed(self, places: _Places) -> bool:
        desk = self._desk
        own = {slot.leaf for each in places.actions if (slot := desk.slot(each))}
        there = desk.world.chain.coin
        others = [each for each in desk.model.tip.current if each.leaf not in own]
        return bool(own and others) and not any(there(each.coin.outpoint) for each in others)

    def _gain(self, action: Action) -> int:
        model, parameters = self._desk.model, self._desk.model.tip.scripts.parameters
        others = [each.action for each in model.revealed() or ()]
        actions = [each for each in others if each is not None]
        done = clear(
            model.reserves,
            [*actions, action],
            min_reserve=parameters.min_reserve,
            min_trade=parameters.min_trade,
        ).fills[-1]
        paid, got = done.amount_in, done.amount_out
        gained = (-paid, got) if action.direction == BUY else (got, -paid)
        return self._desk.world.worth(*gained)

    def act_on_block(self) -> None:
        """Forget places that are settled."""
        if self._places is not None:
            queued = {each.action_hash for each in self._desk.confirmed_entries}
            if queued.isdisjoint(each.hash for each in self._places.actions):
                self._places = None

    def find_block(self) -> Blocks | None:
        """Leave all blocks to others."""
        return None
