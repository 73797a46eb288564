"""The answer to `status`: the pool, its queue, and the user's balance."""

from __future__ import annotations

from typing import Any

from .accounts import Accounts
from .answer import Answer
from .any_pool import AnyPool
from .epochs_pool import EpochsPool
from .parsing import plural, show_bch, show_tokens

__all__ = ["show_status"]

_HEADINGS = ("hash", "slot", "deadline", "stage")
_SHOWN_DIGITS = 16


def show_status(
    accounts: Accounts, pool: AnyPool, refundable: list[bytes], following: str
) -> Answer:
    """Show reserves, Merkle root, queue, height, and balance; `following` is the next step."""
    satoshis, tokens = accounts.balance("you")
    unconfirmed = len(accounts.chain.mempool)
    data: dict[str, Any] = {
        "profile": pool.profile,
        "height": accounts.chain.height,
        "unconfirmed": unconfirmed,
        "you": {"satoshis": satoshis, "tokens": str(tokens)},
        "pool": None,
    }
    lines = [f"profile   {pool.profile}", f"height    {accounts.chain.height}"]
    lines.append(f"mempool   {plural(unconfirmed, 'transaction')}")
    rows: list[tuple[str, ...]] = []
    if pool.followed.is_open:
        reserves, pending = pool.followed.reserves, pool.pending()
        queue, said = _queue_of(pool)
        data["pool"] = {
            "bch_reserve": reserves.bch,
            "token_reserve": str(reserves.tokens),
            **queue,
            "pending": pending,
        }
        lines.append(f"reserves  {show_bch(reserves.bch)}, {show_tokens(reserves.tokens)}")
        lines += said
        for each in pending:
            slot = "-" if each["slot"] is None else str(each["slot"])
            row = (each["hash"][:_SHOWN_DIGITS], slot, str(each["deadline"]), each["stage"])
            rows.append(row)
    else:
        lines.append("the pool has ended: open makes a new one")
    if refundable:
        data["refundable"] = [each.hex() for each in refundable]
        lines += [
            f"refund    {each.hex()[:_SHOWN_DIGITS]} can be taken back" for each in refundable
        ]
    lines.append(f"you       {show_bch(satoshis)}, {show_tokens(tokens)}")
    lines.append(f"next      {following}")
    data["next"] = following
    return Answer(True, tuple(lines), data, (_HEADINGS, *rows) if rows else ())


def _queue_of(pool: AnyPool) -> tuple[dict[str, Any], list[str]]:
    """Return what a pool's state says about its queue, or its epochs, as data and in lines."""
    if isinstance(pool, EpochsPool):
        epochs = pool.followed.pool.state
        now, then = len(pool.followed.pool.current), epochs.count
        names = {"current": epochs.current.hex(), "next": epochs.next.hex(), "count": epochs.count}
        return names, [
            f"current   {epochs.current.hex()}",
            f"next      {epochs.next.hex()}",
            f"pending   {now} in the epoch that is revealed, {then} in the next",
        ]
    state = pool.followed.pool.state
    names = {"root": state.root.hex(), "head": state.head, "tail": state.tail}
    return names, [
        f"root      {state.root.hex()}",
        f"pending   {state.pending} queued, head {state.head}, tail {state.tail}",
    ]
