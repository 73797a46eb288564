"""Choosing what a builder can use among the coins of strangers, and saying why not the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ...errors import BuildError
from ...wallet.coins import Coin
from .pool import Order, Pool, Ticket, read_order, read_ticket
from .scripts import Scripts
from .step import Step

__all__ = ["Batches", "Skipped", "choose_orders", "choose_tickets", "read_coins"]

_NEGATIVE = 1 << 31


@dataclass(frozen=True, slots=True)
class Skipped:
    """A coin that a builder leaves alone, and why."""

    coin: Coin
    reason: str


@dataclass(frozen=True, slots=True)
class Batches:
    """The transactions that a builder made of what there was, and what was left out."""

    steps: tuple[Step, ...]
    skipped: tuple[Skipped, ...] = ()

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, index: int) -> Step:
        return self.steps[index]


def read_coins(
    scripts: Scripts, coins: Iterable[Coin]
) -> tuple[list[Ticket], list[Order], list[Skipped]]:
    """Read the tickets and orders among coins; what is neither is skipped, with the reason."""
    tickets: list[Ticket] = []
    orders: list[Order] = []
    skipped: list[Skipped] = []
    for coin in coins:
        try:
            if scripts.read_ticket(coin.locking_bytecode) is not None:
                tickets.append(read_ticket(scripts, coin))
            else:
                orders.append(read_order(scripts, coin))
        except BuildError as error:
            skipped.append(Skipped(coin, str(error)))
    return tickets, orders, skipped


def choose_tickets(
    pool: Pool,
    tickets: Iterable[Ticket],
    height: int,
    *,
    confirmations: Callable[[Coin], int] | None = None,
) -> tuple[list[Ticket], list[Skipped]]:
    """Choose the tickets that a builder can queue after block `height`, and say why not others.

    With `confirmations`, which says how many a coin has, only confirmed ones: who made another
    can spend its parent otherwise, and so void the batch and all that is built on it.
    """
    chosen: list[Ticket] = []
    skipped: list[Skipped] = []
    seen = {entry.action_hash for entry in pool.entries}
    for ticket in tickets:
        reason = _reason(pool, ticket, height, seen)
        if not reason and confirmations is not None and confirmations(ticket.coin) < 1:
            reason = "it is unconfirmed"
        if reason:
            skipped.append(Skipped(ticket.coin, reason))
        else:
            seen.add(ticket.action_hash)
            chosen.append(ticket)
    return chosen, skipped


def _reason(pool: Pool, ticket: Ticket, height: int, seen: set[bytes]) -> str:
    parameters = pool.scripts.parameters
    last = height + parameters.max_wait
    if ticket.action_hash in seen:
        return "its action is queued already: one of both is a copy"
    if ticket.coin.token is not None:
        return "it holds tokens"
    if ticket.coin.value < parameters.bond:
        return f"it holds {ticket.coin.value} satoshis: expected at least {parameters.bond}"
    if ticket.deadline > _NEGATIVE:
        return f"its deadline is negative: {ticket.deadline - (1 << 32)}"
    if ticket.deadline != _NEGATIVE and ticket.deadline > last:
        return f"its deadline {ticket.deadline} is out of range: expected at most {last}"
    return ""


def choose_orders(pool: Pool, orders: Sequence[Order]) -> tuple[list[Order], list[Skipped]]:
    """Choose the orders at the head of the queue, in its order, and say why not others."""
    chosen: list[Order] = []
    used: set[tuple[bytes, int]] = set()
    by_place: dict[tuple[int, bytes], list[Order]] = {}
    for order in orders:
        by_place.setdefault((order.deadline, order.action.hash), []).append(order)
    for entry in pool.entries:
        found = [
            each
            for each in by_place.get((entry.deadline, entry.action_hash), ())
            if each.coin.outpoint not in used
        ]
        if not found:
            break
        used.add(found[0].coin.outpoint)
        chosen.append(found[0])
    queued = {(entry.deadline, entry.action_hash) for entry in pool.entries}
    skipped = []
    for order in orders:
        if order.coin.outpoint in used:
            continue
        is_queued = (order.deadline, order.action.hash) in queued
        skipped.append(
            Skipped(
                order.coin,
                "an order before it is not revealed, or another one has its place"
                if is_queued
                else "no order is queued with its action and deadline",
            )
        )
    return chosen, skipped
