"""What an epoch's settlement does with each place: the orders' payouts, and what is burned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...errors import BuildError
from ...script.patterns import p2pkh
from ...transaction.model import Output, Token
from ...wallet.coins import Coin
from ..action import BUY, Action, Direction
from ..events import Entry, Execution
from ..formula import Reserves
from .clearing import Clearing, clear
from .epoch import Epoch, Slot
from .parameters import Parameters

__all__ = ["Order", "Places", "clear_places", "executions", "find_places", "forfeited"]


@dataclass(frozen=True, slots=True)
class Order:
    """A coin that reveals an action and holds its funds.

    `amount_in` may be zero or less in an order that somebody else made, and is then not filled.
    `slot` is the outpoint of the slot that was spent for it; None where that is not known, so
    that any place of the same leaf is its place.
    """

    coin: Coin
    direction: Direction
    amount_in: int
    min_out: int
    owner: bytes
    salt: bytes
    leaf: bytes
    slot: tuple[bytes, int] | None = None

    @property
    def action(self) -> Action | None:
        """The action, None where there is nothing to trade."""
        if self.amount_in < 1:
            return None
        return Action(self.direction, self.amount_in, self.min_out, self.owner, self.salt)


Places = tuple[Order | Slot, ...]
"""The places of an epoch in order: revealed orders, and the slots of those who kept silent."""


def find_places(epoch: Epoch, orders: Sequence[Order]) -> Places:
    """Put each order at its place in an epoch; all other places are silent.

    Raises BuildError for an order that has no place.
    """
    places: list[Order | Slot] = list(epoch)
    for order in sorted(orders, key=lambda each: each.slot is None):
        for at, place in enumerate(places):
            if not isinstance(place, Slot) or place.leaf != order.leaf:
                continue
            if order.slot in (None, place.coin.outpoint):
                places[at] = order
                break
        else:
            raise BuildError(f"the order {order.coin} has no place in the current epoch")
    return tuple(places)


def clear_places(parameters: Parameters, reserves: Reserves, places: Places) -> Clearing:
    """Clear the orders of an epoch; the fills are those of the orders alone."""
    revealed = [place for place in places if isinstance(place, Order)]
    return clear(
        reserves, revealed, min_reserve=parameters.min_reserve, min_trade=parameters.min_trade
    )


def executions(parameters: Parameters, places: Places, clearing: Clearing) -> Iterator[Execution]:
    """Compute the execution of each order: what it held and got, less the tip and any miss."""
    fills = iter(clearing.fills)
    for at, place in enumerate(places):
        if isinstance(place, Slot):
            continue
        fill = next(fills)
        value = place.coin.value - parameters.tip - (0 if fill.amount_in else parameters.miss)
        if place.direction == BUY:
            value, tokens = value - fill.amount_in, fill.amount_out
        else:
            value, tokens = value + fill.amount_out, place.amount_in - fill.amount_in
        token = Token(parameters.token_category, tokens) if tokens else None
        payout = Output(max(0, value), p2pkh(place.owner), token)
        yield Execution(Entry(at, 0, place.leaf), place.action, fill, payout)


def forfeited(parameters: Parameters, places: Places, clearing: Clearing) -> int:
    """Return the satoshis to burn: the bonds of the silent less their tips, and the misses."""
    silent = sum(1 for place in places if isinstance(place, Slot))
    missed = sum(1 for fill in clearing.fills if not fill.amount_in)
    return silent * (parameters.bond - parameters.tip) + missed * parameters.miss
