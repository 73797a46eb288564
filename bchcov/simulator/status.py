"""The answer to `status`: the pool, its queue, and the user's balance."""

from __future__ import annotations

from typing import Any

from .accounts import Accounts
from .answer import Answer
from .direct_pool import DirectPool
from .parsing import plural, show_bch, show_tokens
from .ticketed_pool import TicketedPool

__all__ = ["show_status"]

_HEADINGS = ("hash", "slot", "deadline", "stage")
_SHOWN_DIGITS = 16


def show_status(
    accounts: Accounts, pool: TicketedPool | DirectPool, refundable: list[bytes], following: str
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
        state, pending = pool.followed.pool.state, pool.pending()
        data["pool"] = {
            "bch_reserve": state.bch_reserve,
            "token_reserve": str(state.token_reserve),
            "root": state.root.hex(),
            "head": state.head,
            "tail": state.tail,
            "pending": pending,
        }
        lines.append(f"reserves  {show_bch(state.bch_reserve)}, {show_tokens(state.token_reserve)}")
        lines.append(f"root      {state.root.hex()}")
        lines.append(f"pending   {state.pending} queued, head {state.head}, tail {state.tail}")
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
