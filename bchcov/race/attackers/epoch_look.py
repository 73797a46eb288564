"""Attackers who decide last in an epoch what to reveal: beside others, or alone in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...amm.action import BUY, SELL, Action
from ...amm.epochs.clearing import clear
from .attacker import Blocks
from .epochs_desk import EpochsDesk

__all__ = ["EpochMonopolist", "LastInEpoch"]

_SIZES = (0.002, 0.01)
_LEAST_VICTIMS = 3


def _gain_of(desk: EpochsDesk, action: Action) -> int:
    """Return what an own order would gain, at the price elsewhere, among those revealed."""
    model, parameters = desk.model, desk.model.tip.scripts.parameters
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
    return desk.world.worth(*gained)


def _reveal_best(desk: EpochsDesk, actions: Sequence[Action]) -> None:
    """Reveal the order that gains most, if that is better than silence, which costs its bond."""
    best = max(actions, key=lambda each: _gain_of(desk, each))
    if _gain_of(desk, best) > -desk.price_of_silence:
        desk.reveal(best)


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
            _reveal_best(self._desk, places.actions)

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

    def act_on_block(self) -> None:
        """Forget places that are settled."""
        if self._places is not None:
            queued = {each.action_hash for each in self._desk.confirmed_entries}
            if queued.isdisjoint(each.hash for each in self._places.actions):
                self._places = None

    def find_block(self) -> Blocks | None:
        """Leave all blocks to others."""
        return None


class EpochMonopolist:
    """An attacker who takes all places of an epoch, and trades alone in it if that pays.

    They decide in the last block of the window, when they know the price elsewhere best.
    """

    def __init__(self, desk: EpochsDesk) -> None:
        self._desk, self.account = desk, desk.account
        self._actions: tuple[Action, ...] = ()
        self._is_decided = False

    @property
    def is_open(self) -> bool:
        """Whether their places are not settled yet."""
        return bool(self._actions)

    def act(self) -> None:
        """Take every free place of the next epoch."""
        desk, account = self._desk, self.account
        count = desk.room
        if self._actions or not count or not account.can_risk(count * desk.price_of_silence):
            return
        reserves = desk.reserves
        ways = [
            (direction, int(size * whole))
            for size in _SIZES
            for direction, whole in ((BUY, reserves.bch), (SELL, reserves.tokens))
        ]
        actions = tuple(account.action(*ways[at % len(ways)]) for at in range(count))
        if desk.stand(actions, desk.deadline):
            self._actions, self._is_decided = actions, False
            account.rounds += 1

    def act_on_block(self) -> None:
        """Decide when the window is nearly over, and forget places that are settled."""
        desk, model = self._desk, self._desk.model
        queued = {each.action_hash for each in desk.confirmed_entries}
        own = {each.hash for each in self._actions}
        if not self._actions or queued.isdisjoint(own):
            self._actions = ()
            return
        parameters = model.tip.scripts.parameters
        age = desk.world.age(model.confirmed.vault)
        if not self._is_decided and desk.slot(self._actions[0]) and age >= parameters.window - 1:
            self._is_decided = True
            _reveal_best(desk, self._actions[: 2 * len(_SIZES)])

    def find_block(self) -> Blocks | None:
        """Leave all blocks to others."""
        return None
