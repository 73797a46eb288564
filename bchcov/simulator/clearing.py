"""Clearing the queue before a race: its orders are revealed and executed, or expired."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import BchcovError
from .accounts import Accounts
from .any_pool import AnyPool
from .epochs_pool import EpochsPool

__all__ = ["clear_queue"]


def clear_queue(
    pool: AnyPool, accounts: Accounts, check_interrupt: Callable[[], None]
) -> list[bytes]:
    """Empty the queue and confirm everything; return the hashes that were queued.

    The wallet's own commitments are revealed in their turn, as an honest wallet does; all
    others are expired as soon as that is possible. `check_interrupt` is called in between.
    """
    if isinstance(pool, EpochsPool):
        return _clear_epochs(pool, accounts, check_interrupt)
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


def _reveal(pool: AnyPool, accounts: Accounts) -> None:
    """Reveal the wallet's commitments, from the head of the queue up to the first of others."""
    own = accounts.wallet.commitments(pool.followed.category)
    for action_hash, _ in pool.unrevealed():
        if action_hash not in own:
            return
        try:
            txid = pool.reveal(own[action_hash], own[action_hash].action)
        except BchcovError:
            # The wallet no longer has the funds, so the order will expire.
            return
        pool.see(accounts.chain.mempool[txid])


def _clear_epochs(
    pool: EpochsPool, accounts: Accounts, check_interrupt: Callable[[], None]
) -> list[bytes]:
    """Let both epochs be revealed and settled; return the hashes that were in them."""
    gone = [bytes.fromhex(row["hash"]) for row in pool.pending() if row["slot"] is not None]
    while pool.followed.pool.current or pool.followed.pool.next:
        check_interrupt()
        _reveal(pool, accounts)
        parameters, chain = pool.scripts.parameters, accounts.chain
        age = chain.confirmations(pool.followed.pool.vault)
        chain.advance(max(0, parameters.window - age))
        txids = pool.execute()[0] if pool.followed.pool.current else [pool.turn()]
        for txid in txids:
            pool.see(chain.mempool[txid])
    if accounts.chain.mempool:
        accounts.chain.mine()
    return gone
