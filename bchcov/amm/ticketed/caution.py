"""What a careful user waits for before they reveal: what others could still take back."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...errors import BuildError
from ...wallet.coins import Coin
from ..events import Entry
from .pool import Order, Pool

__all__ = ["confirmations_for", "reasons_to_wait"]

_REWARD = 312_500_000
_HALF_A_COIN = 50_000_000
# The blocks in which an order is executed at the latest once all before it are revealed.
_SOON = 6


def confirmations_for(value: int, *, tolerance: int = 50, reward: int = _REWARD) -> int:
    """Return the confirmations that a place needs before its order of `value` satoshis is shown.

    Whoever replaces blocks can stand before the order, and take at most what the user tolerates,
    in thousandths of the value; each block that they replace costs them a reward. Raises
    BuildError for a value below zero.
    """
    if value < 0:
        raise BuildError(f"value {value} is out of range: expected at least 0 satoshis")
    return 1 + value * tolerance // 1_000 // reward


def reasons_to_wait(
    pool: Pool,
    own: Entry,
    orders: Iterable[Order],
    *,
    placed: int,
    value: int,
    confirmations: Callable[[Coin], int],
) -> tuple[str, ...]:
    """Say why not to reveal an order yet; nothing if it is safe from those before it.

    `orders` are those that are revealed, `placed` is how many confirmations the transaction has
    that queued the own ticket, `value` what it trades in satoshis. `confirmations` says how many
    a coin has. An order counts as revealed while its coin cannot be taken back: neither by its
    owner, whose delay is not nearly over, nor, if much is at stake, by who mines the next block.
    """
    needed, reasons = confirmations_for(value), []
    if placed < needed:
        reasons.append(f"the place has {placed} confirmations: expected at least {needed}")
    known = {(each.deadline, each.action.hash): each for each in orders}
    delay = pool.scripts.parameters.order_refund_delay
    for entry in pool.entries:
        if entry.index >= own.index:
            break
        order = known.get((entry.deadline, entry.action_hash))
        if order is None:
            reasons.append(f"the order at index {entry.index} is not revealed")
            continue
        age = confirmations(order.coin)
        if age + _SOON >= delay:
            reasons.append(f"the order at index {entry.index} can soon be taken back")
        elif not age and value > _HALF_A_COIN:
            reasons.append(f"the order at index {entry.index} is unconfirmed")
    return tuple(reasons)
