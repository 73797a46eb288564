"""Attackers who decide on their own orders after those of others are known.

All three stand on both sides of others' tickets. They differ in how an order of theirs can still
be left out: it is not revealed, it is taken back because its delay is over, or it is taken back
by whoever mines the next block.
"""

from __future__ import annotations

from ...transaction.codec import transaction_id
from .attacker import Blocks
from .bracket import BEFORE, PAIRS, Bracket, surround
from .ticketed_desk import TicketedDesk

__all__ = ["Retractor", "Revoker", "SelectiveRevealer"]


class SelectiveRevealer:
    """An attacker who reveals only the pair of orders that pays."""

    def __init__(self, desk: TicketedDesk) -> None:
        self._desk, self.account = desk, desk.account
        self._bracket: Bracket | None = None

    @property
    def is_open(self) -> bool:
        """Whether some of their tickets or orders are not settled yet."""
        return self._bracket is not None

    def act_on_block(self) -> None:
        """Forget a bracket that is settled."""
        if self._bracket is not None and self._bracket.is_over():
            self._bracket = None

    def act(self) -> None:
        """Surround waiting tickets, or reveal what pays once everybody in between has."""
        bracket = self._bracket
        if bracket is None:
            self._bracket = surround(self._desk)
        elif not bracket.is_decided and bracket.are_others_revealed():
            bracket.is_decided = True
            best = max(PAIRS, key=bracket.gain)
            if bracket.gain(best) > bracket.gain(()):
                bracket.publish(*best)

    def find_block(self) -> Blocks | None:
        """Leave all blocks to others."""
        return None


class Revoker:
    """An attacker who reveals first, and takes back what does not pay once its delay is over.

    A silent ticket before everything makes everybody wait until then. Those behind see that all
    before them have revealed.
    """

    def __init__(self, desk: TicketedDesk) -> None:
        self._desk, self.account = desk, desk.account
        self._bracket: Bracket | None = None
        parameters = desk.model.tip.scripts.parameters
        # Until then everybody has to wait, and a ticket can be silent for no longer.
        self._delay = min(parameters.order_refund_delay + 2, parameters.max_wait)

    @property
    def is_open(self) -> bool:
        """Whether some of their tickets or orders are not settled yet."""
        return self._bracket is not None

    def act_on_block(self) -> None:
        """Forget a bracket that is settled."""
        if self._bracket is not None and self._bracket.is_over():
            self._bracket = None

    def act(self) -> None:
        """Surround waiting tickets, reveal, and take back what does not pay."""
        bracket = self._bracket
        if bracket is None:
            self._bracket = surround(self._desk, silent=self._delay)
            return
        if not bracket.orders and bracket.is_sure():
            bracket.publish(*BEFORE)
        if bracket.is_decided or "silent" in bracket.places():
            return
        if bracket.are_others_revealed():
            bracket.is_decided = True
            self._decide(bracket)

    def _decide(self, bracket: Bracket) -> None:
        choices = (*PAIRS, BEFORE, ())
        best = max(choices, key=bracket.gain)
        back = [bracket.orders[name] for name in BEFORE if name not in best]
        if all(self._desk.take_back(order) for order in back):
            bracket.publish(*(name for name in best if name not in BEFORE))

    def find_block(self) -> Blocks | None:
        """Leave all blocks to others."""
        return None


class Retractor:
    """An attacker who reveals first, and takes back what does not pay in a block of their own.

    Until then the reveals are unconfirmed, and those behind have followed them.
    """

    def __init__(self, desk: TicketedDesk) -> None:
        self._desk, self.account = desk, desk.account
        self._bracket: Bracket | None = None
        self._behind: list[str] = []

    @property
    def is_open(self) -> bool:
        """Whether some of their tickets or orders are not settled yet."""
        return self._bracket is not None

    def act_on_block(self) -> None:
        """Forget a bracket that is settled."""
        if self._bracket is not None and self._bracket.is_over():
            self._bracket = None

    def act(self) -> None:
        """Surround waiting tickets, and reveal as soon as their places are confirmed."""
        bracket = self._bracket
        if bracket is None:
            self._bracket = surround(self._desk)
        elif not bracket.orders and bracket.is_sure():
            bracket.publish(*BEFORE)
        elif self._behind:
            bracket.publish(*self._behind)
            self._behind = []

    def find_block(self) -> Blocks | None:
        """Mine all but the own reveals that do not pay, which are spent otherwise."""
        bracket, world = self._bracket, self._desk.world
        if bracket is None or bracket.is_decided or len(bracket.orders) < len(BEFORE):
            return None
        waiting = world.chain.mempool
        fresh = [name for name in BEFORE if bracket.orders[name].coin.txid in waiting]
        if len(fresh) < len(BEFORE):
            return None
        confirmed = self._desk.model.confirmed
        best = max((*PAIRS, BEFORE, ()), key=lambda kept: bracket.gain(kept, since=confirmed))
        gone = {bracket.orders[name].coin.txid for name in BEFORE if name not in best}
        if not gone:
            return None
        bracket.is_decided = True
        spent = [self._desk.spend_again(txid) for txid in sorted(gone)]
        rest = world.mempool_without(lambda each: transaction_id(each) in gone)
        self._behind = [name for name in best if name not in BEFORE]
        return [[*rest, *(each for each in spent if each is not None)]]
