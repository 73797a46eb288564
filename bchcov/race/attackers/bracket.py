"""Tickets of an attacker on both sides of others': a buy and a sale before, and both behind.

Who can decide, after the others have revealed, which of the own orders count, trades before
those who push the price and back behind them.
"""

from __future__ import annotations

from collections.abc import Collection

from ...amm import ticketed as amm
from ...amm.action import BUY, SELL
from ...amm.formula import trade
from .ticketed_desk import TicketedDesk

__all__ = ["BEFORE", "PAIRS", "Bracket", "surround"]

_SIZE = 0.01
_LEAST_VICTIMS = 3
PAIRS = (("buy before", "sell behind"), ("sell before", "buy behind"))
BEFORE = ("buy before", "sell before")


class Bracket:
    """The tickets of one round, by name, and what has become of them."""

    def __init__(self, desk: TicketedDesk, actions: dict[str, amm.Action]) -> None:
        self._desk = desk
        self.actions = actions
        self._names = {each.hash: name for name, each in actions.items()}
        self.orders: dict[str, amm.Order] = {}
        self.is_decided = False

    def places(self) -> dict[str, int]:
        """Return where the tickets that are still queued stand, counted from the head."""
        found = {}
        for at, entry in enumerate(self._desk.entries):
            if entry.action_hash in self._names:
                found[self._names[entry.action_hash]] = at
        return found

    def is_sure(self) -> bool:
        """Return whether all places are confirmed."""
        tail = self._desk.model.confirmed.queue.tail
        places = self.places()
        return all(name in places for name in BEFORE) and all(
            self._desk.entries[at].index < tail for at in places.values()
        )

    def publish(self, *names: str) -> None:
        """Reveal some of the orders."""
        for name in names:
            order = self._desk.publish(self.actions[name])
            if order is not None:
                self.orders[name] = order

    def are_others_revealed(self) -> bool:
        """Return whether somebody stands between, and all of them have revealed."""
        entries, places = self._desk.entries, self.places()
        if any(name not in places for name in self.actions if name != "silent"):
            return False
        others = [
            each for each in entries[: max(places.values())] if each.action_hash not in self._names
        ]
        revealed = self._desk.model.revealed
        return bool(others) and all(revealed(each) is not None for each in others)

    def gain(self, kept: Collection[str], *, since: amm.Pool | None = None) -> int:
        """Compute the satoshis gained if these of the own orders are executed and no others.

        They are executed from the pool `since` on, by default that after the mempool.
        """
        model, world = self._desk.model, self._desk.world
        pool = since or model.tip
        reserves, parameters = pool.state.reserves, pool.scripts.parameters
        satoshis = tokens = silent = 0
        for entry in pool.entries:
            name = self._names.get(entry.action_hash)
            if name is not None:
                action = self.actions[name] if name in kept else None
                silent += action is None
            else:
                order = model.coins.known(entry)
                action = None if order is None else order.action
            if action is None:
                continue
            before = reserves
            reserves = pool.fill(action, reserves).reserves
            if name is not None:
                satoshis -= reserves.bch - before.bch
                tokens -= reserves.tokens - before.tokens
        return world.worth(satoshis, tokens) - silent * parameters.bond

    def is_over(self) -> bool:
        """Return whether all the tickets are settled, in blocks."""
        queued = {entry.action_hash for entry in self._desk.model.confirmed.entries}
        return not self.places() and queued.isdisjoint(self._names)


def surround(desk: TicketedDesk, *, silent: int = 0) -> Bracket | None:
    """Queue a bracket around the tickets that wait, if there are some and the queue is empty.

    With `silent` a ticket that is never to be revealed stands before everything, with a
    deadline that many blocks from now.
    """
    price = (5 if silent else 4) * desk.price_of_silence
    if desk.entries or len(desk.model.waiting()) < _LEAST_VICTIMS:
        return None
    height = desk.world.chain.lock_height
    if not desk.account.can_risk(price) or height + silent > desk.deadline:
        return None
    reserves, account = desk.model.reserves, desk.account
    satoshis, tokens = int(reserves.bch * _SIZE), int(reserves.tokens * _SIZE)
    actions = {
        "buy before": account.action(BUY, satoshis),
        "sell before": account.action(SELL, tokens),
        "sell behind": account.action(SELL, trade(reserves, BUY, satoshis).amount_out),
        "buy behind": account.action(BUY, trade(reserves, SELL, tokens).amount_out),
    }
    first = {"silent": account.action(BUY, 1)} if silent else {}
    if first and not desk.stand(list(first.values()), height + silent):
        return None
    account.rounds += 1
    made = Bracket(desk, {**first, **actions})
    desk.stand([actions[name] for name in BEFORE], desk.deadline)
    desk.sequence_waiting()
    desk.stand([actions["sell behind"], actions["buy behind"]], desk.deadline)
    return made
