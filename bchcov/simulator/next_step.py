"""The next step in a session: which command to use in the present state of the pool."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..amm.action import BUY
from .any_pool import AnyPool
from .epochs_pool import EpochsPool
from .parsing import show_bch
from .wallet import Commitment

__all__ = ["next_step", "reveal_line", "short_hash"]

_LEAST_DIGITS = 8


def short_hash(action_hash: bytes, known: Iterable[bytes]) -> str:
    """Return the shortest beginning of a hash that is unique, at least 8 digits."""
    digits, others = _LEAST_DIGITS, [each.hex() for each in known if each != action_hash]
    while any(each.startswith(action_hash.hex()[:digits]) for each in others):
        digits += 1
    return action_hash.hex()[:digits]


def reveal_line(made: Commitment, known: Iterable[bytes]) -> str:
    """Return the command that reveals a commitment."""
    action = made.action
    bought = action.direction == BUY
    amount = show_bch(action.amount_in).removesuffix(" BCH") if bought else f"{action.amount_in:,}"
    return f"reveal {short_hash(action.hash, known)} {amount.replace(',', '')} {bought}"


def next_step(
    pool: AnyPool,
    own: Mapping[bytes, Commitment],
    refundable: Sequence[bytes],
    *,
    after: str = "",
    height: int,
    is_unconfirmed: bool,
) -> str:
    """Say which command to use next; `own` are the wallet's commitments.

    `refundable` are those that can only be taken back, at this pool or an ended one. `after` is
    the last command.
    """
    late = [short_hash(each, own) for each in refundable]
    if not pool.followed.is_open:
        if late:
            return f"refund {late[0]} takes back what the pool left over; open makes a new pool"
        return "open makes a new pool"
    waits = any(each in own for each in pool.waiting())
    if after == "commit" and waits:
        return "sequence queues the ticket"
    if isinstance(pool, EpochsPool):
        revealable = [each for each, _ in pool.unrevealed() if each in own]
        if revealable:
            return f"{reveal_line(own[revealable[0]], own)} reveals the order"
        following = pool.next_turn()
        if following:
            return following
    elif pool.ready():
        return "execute trades the revealed orders"
    queued = [] if isinstance(pool, EpochsPool) else pool.unrevealed()
    if queued:
        action_hash, due = queued[0]
        expires = f"expire can end it from block {due} on"
        if height >= due:
            expires = "expire can end it"
        if action_hash in own:
            return f"{reveal_line(own[action_hash], own)} reveals the first order; {expires}"
        return f"the first order is somebody else's: if it is not revealed, {expires}"
    if waits:
        return "sequence queues the ticket"
    if late:
        return f"refund {late[0]} takes back a late ticket or order"
    return "mine confirms it" if is_unconfirmed else "commit swap 50 BCH makes an order"
