"""Who stands in a queue before the users of a race goes first: revealed, or expired when late."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import BchcovError
from .accounts import Accounts
from .direct_pool import DirectPool
from .ticketed_pool import TicketedPool

__all__ = ["clear_queue"]


def clear_queue(
    pool: TicketedPool | DirectPool, accounts: Accounts, check_interrupt: Callable[[], None]
) -> list[bytes]:
    """Empty the queue as its owners' wallets and time do it, and confirm all; who stood there.

    What the wallet has committed to is revealed in its turn, as an honest wallet reveals
    it; what nobody reveals is expired when its time has come. `check_interrupt` is called between.
    """
    gone = [entry.action_hash for entry in pool.followed.pool.entries]
    while pool.followed.pool.entries:
        check_interrupt()
        _reveal(pool, accounts)
        if pool.ready():
            for txid in pool.execute()[0]:
                pool.see(accounts.chain.mempool[txid])
        elif pool.followed.pool.entries:
            due = pool.unrevealed()[0][1]
            accounts.chain.advance(max(0, due - accounts.chain.height))
            pool.see(accounts.chain.mempool[pool.expire()])
    if accounts.chain.mempool:
        accounts.chain.mine()
    return gone


def _reveal(pool: TicketedPool | DirectPool, accounts: Accounts) -> None:
    """Reveal from the head on what the wallet can reveal."""
    own = accounts.wallet.commitments(pool.followed.category)
    for action_hash, _ in pool.unrevealed():
        if action_hash not in own:
            return
        try:
            txid = pool.reveal(own[action_hash], own[action_hash].action)
        except BchcovError:
            # The wallet has not the funds any more: the order will be late.
            return
        pool.see(accounts.chain.mempool[txid])
