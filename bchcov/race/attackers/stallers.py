"""Attackers who make everybody behind them wait: late, silent, or silent until it pays."""

from __future__ import annotations

from ...amm.action import BUY, SELL, Action
from ...amm.formula import trade
from .attacker import Blocks
from .desk import Desk

__all__ = ["Flooder", "LateRevealer", "Monopolist"]

_SIZES = (0.005, 0.01, 0.02)
_MOST_TICKETS = 1_023


class LateRevealer:
    """An attacker who stands in the queue with one satoshi's worth, revealed at the last moment.

    One block before the deadline they reveal it, execute it themselves, and stand again.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk, self.account = desk, desk.account
        self._action: Action | None = None
        self._due = 0

    @property
    def is_open(self) -> bool:
        """Whether their order is not settled yet."""
        return self._action is not None

    def act(self) -> None:
        """Stand in the queue again as soon as the last order is settled."""
        desk, action = self._desk, self._action
        if action is not None:
            if any(each.action_hash == action.hash for each in desk.entries):
                return
            self._action = None
        if self.account.can_risk(desk.price_of_silence) and desk.room:
            self._due = desk.deadline
            made = self.account.action(BUY, max(1, desk.world.reserves.bch // 10**9))
            if desk.stand([made], self._due):
                self._action = made
                self.account.rounds += 1

    def act_on_block(self) -> None:
        """Reveal one block before the deadline."""
        action = self._action
        if action is not None and self._desk.world.chain.lock_height >= self._due - 1:
            self._desk.reveal(action)
            if all(each.action_hash != action.hash for each in self._desk.entries):
                self._action = None

    def find_block(self) -> Blocks | None:
        """Leave all blocks to others."""
        return None


class Flooder:
    """An attacker who fills the queue with orders that are never revealed, and keeps it full."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self.account = desk, desk.account
        self._hashes: set[bytes] = set()

    @property
    def is_open(self) -> bool:
        """Whether some of their orders are still queued."""
        return any(each.action_hash in self._hashes for each in self._desk.confirmed_entries)

    def act(self) -> None:
        """Take every free place, as long as the budget allows."""
        desk, account = self._desk, self.account
        left = desk.world.settings.attacker_budget + min(0, account.gain())
        count = min(desk.room, _MOST_TICKETS, left // desk.price_of_silence)
        actions = [account.action(BUY, 1) for _ in range(count)]
        if actions and desk.stand(actions, desk.deadline):
            self._hashes |= {each.hash for each in actions}
            account.rounds += 1

    def act_on_block(self) -> None:
        """Leave everything as it is."""

    def find_block(self) -> Blocks | None:
        """Leave all blocks to others."""
        return None


class Monopolist:
    """An attacker who fills the queue with own orders, and reveals those that pay.

    Nobody else can trade meanwhile. When the price elsewhere has moved away from the pool's,
    the order at the head trades the difference.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk, self.account = desk, desk.account
        self._actions: dict[bytes, Action] = {}

    @property
    def is_open(self) -> bool:
        """Whether some of their orders are still queued."""
        return any(each.action_hash in self._actions for each in self._desk.confirmed_entries)

    def act(self) -> None:
        """Fill the queue once; then reveal the order at the head as soon as it pays."""
        desk = self._desk
        if not self._actions:
            self._fill()
        while desk.entries and desk.entries[0].action_hash in self._actions:
            action = self._actions[desk.entries[0].action_hash]
            if not self._pays(action) or not desk.reveal(action):
                return

    def _fill(self) -> None:
        desk, reserves = self._desk, self._desk.world.reserves
        budget = desk.world.settings.attacker_budget
        count = min(desk.room, _MOST_TICKETS, budget // desk.price_of_silence)
        actions = []
        for number in range(count):
            direction = (BUY, SELL)[number % 2]
            whole = reserves.bch if direction == BUY else reserves.tokens
            share = _SIZES[number // 2 % len(_SIZES)]
            actions.append(self.account.action(direction, int(whole * share)))
        self._actions = {each.hash: each for each in actions}
        self.account.rounds += bool(actions) and desk.stand(actions, desk.deadline)

    def _pays(self, action: Action) -> bool:
        reserves, world = self._desk.reserves, self._desk.world
        after = trade(reserves, action.direction, action.amount_in).reserves
        gain = world.worth(reserves.bch - after.bch, reserves.tokens - after.tokens)
        # At least what the transactions of an order cost.
        return gain > self._desk.price_of_order

    def act_on_block(self) -> None:
        """Look at the price elsewhere again."""
        self.act()

    def find_block(self) -> Blocks | None:
        """Leave all blocks to others."""
        return None
