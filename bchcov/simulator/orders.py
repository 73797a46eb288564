"""The commands that trade: from a commitment to its execution or refund, and withdrawal."""

from __future__ import annotations

from dataclasses import replace

from ..amm.action import BUY, SELL, Direction
from ..errors import BuildRefused, CommandError
from .accounts import Accounts
from .answer import Answer
from .parsing import (
    Wish,
    find_hash,
    quoted,
    read_action,
    read_amount,
    show_amount,
    show_bch,
    show_tokens,
)
from .pools import Pools

__all__ = ["OrderCommands"]


class OrderCommands:
    """The commands on orders of the current pool; each method is the command of its name.

    Each returns an answer, and raises CommandError or another BchcovError.
    """

    def __init__(self, accounts: Accounts, pools: Pools) -> None:
        self._accounts, self._wallet, self._pools = accounts, accounts.wallet, pools

    def commit(self, *words: str) -> Answer:
        """Commit to a swap, and store it in the wallet."""
        wish = read_action(" ".join(words))
        pool = self._pools.now
        offered = pool.offer(wish.direction, wish.amount_in)
        now = show_amount(offered, SELL if wish.direction == BUY else BUY)
        satoshis, tokens = self._accounts.balance("you")
        have = satoshis if wish.direction == BUY else tokens
        if wish.amount_in > have:
            raise CommandError(
                f"not enough to swap: you have {show_bch(satoshis)} and {show_tokens(tokens)}"
            )
        # The wallet stores only commitments that the chain accepted. It still stores them first,
        # since the chain's file is written at the end of the command.
        txid, deadline = pool.commit(
            self._wallet.plan("you", pool.followed.category, *_values(wish))
        )
        made = self._wallet.commit("you", pool.followed.category, *_values(wish))
        self._pools.see(txid)
        shown_hash = made.action.hash.hex()
        lines = (f"hash      {shown_hash}", f"txid      {txid}", f"deadline  {deadline}")
        data = {"hash": shown_hash, "txid": txid, "deadline": deadline, "offered": str(offered)}
        offer = f"the pool offers {now} as it stands"
        return self._pools.then(Answer(True, (*lines, offer), data), "commit")

    def reveal(self, written: str, amount: str, buys: str) -> Answer:
        """Reveal a commitment; the script refuses an action other than the one committed to."""
        if buys.lower() not in ("true", "false"):
            raise CommandError(
                f"direction {quoted(buys)} is invalid: expected True (BCH in) or False (tokens in)"
            )
        direction: Direction = BUY if buys.lower() == "true" else SELL
        known = self._wallet.commitments(self._pools.now.followed.category)
        made = known[find_hash(written, known)]
        action = replace(made.action, direction=direction, amount_in=read_amount(amount, direction))
        tampered = action.hash != made.action.hash
        try:
            txid = self._pools.now.reveal(made, action)
        except BuildRefused as error:
            if not tampered:
                raise
            lines = ("the script refused this reveal: it does not match the commitment", str(error))
            return Answer(False, lines, {"error": str(error), "refused_by": "script"})
        answer = self._one("revealed", txid)
        fate = self._pools.now.followed.fates.get(made.action.hash)
        if fate is not None:
            line = f"{made.action.hash.hex()[:16]}  {fate}"
            answer = replace(
                answer, lines=(*answer.lines, line), data=answer.data | {"order": fate}
            )
        return self._pools.then(answer)

    def sequence(self) -> Answer:
        """Queue every waiting ticket."""
        return self._pools.then(self._batch("queued", *self._pools.now.sequence()))

    def turn(self) -> Answer:
        """Begin to reveal the next epoch."""
        return self._pools.then(self._one("turned", self._pools.now.turn()))

    def execute(self) -> Answer:
        """Execute the revealed orders at the head of the queue, or those of the epoch."""
        before = set(self._pools.now.followed.fates)
        answer = self._batch("executed", *self._pools.now.execute())
        fates = {
            each.hex(): fate
            for each, fate in self._pools.now.followed.fates.items()
            if each not in before
        }
        told = tuple(f"{each[:16]}  {fate}" for each, fate in fates.items())
        answer = replace(answer, lines=(*answer.lines, *told), data=answer.data | {"orders": fates})
        return self._pools.then(answer)

    def _batch(self, what: str, txids: list[str], count: int) -> Answer:
        for txid in txids:
            self._pools.see(txid)
        lines = (f"{count} {what}", *(f"txid      {txid}" for txid in txids))
        return Answer(True, lines, {"count": count, "txids": txids})

    def expire(self) -> Answer:
        """Expire the order at the head of the queue."""
        return self._pools.then(self._one("expired", self._pools.now.expire()))

    def refund(self, written: str) -> Answer:
        """Take back a ticket or an order, also one of a pool that has ended."""
        known = self._pools.commitments()
        pool, made = known[find_hash(written, known)]
        txid = pool.refund(made)
        return self._pools.then(self._one("refunded", txid))

    def withdraw(self, name: str = "provider") -> Answer:
        """End the pool, paying everything to the provider."""
        if name not in (known := self._wallet.keys()):
            raise CommandError(f"unknown key {quoted(name)}: expected one of {', '.join(known)}")
        reserves = self._pools.now.followed.reserves
        answer = self._one("withdrawn", self._pools.now.withdraw(name))
        taken = f"{show_bch(reserves.bch)} and {show_tokens(reserves.tokens)}"
        told = f"the provider takes {taken}; the pool has ended"
        return self._pools.then(replace(answer, lines=(told, *answer.lines)))

    def _one(self, what: str, txid: str) -> Answer:
        self._pools.see(txid)
        return Answer(True, (f"{what}: {txid}",), {"txid": txid})


def _values(wish: Wish) -> tuple[Direction, int, int]:
    return wish.direction, wish.amount_in, wish.min_out
