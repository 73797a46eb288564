"""A session of the simulator: commands in, answers out, everything kept in the chain's file."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import replace

from ..amm.action import BUY, SELL, Direction
from ..amm.formula import Reserves, trade
from ..chain import ChainFile
from ..crypto.hashes import sha256
from ..errors import BchcovError, BuildRefused, CommandError
from ..transaction.constants import COIN
from ..wallet.keys import PrivateKey
from .accounts import Accounts
from .answer import Answer
from .direct_pool import DirectPool
from .help import COMMANDS, help_lines
from .inspect import export, show
from .multi import race_users
from .parsing import (
    Wish,
    find_hash,
    plural,
    quoted,
    read_action,
    read_amount,
    read_count,
    show_amount,
    show_bch,
    show_tokens,
)
from .pools import PROFILES, Pools
from .status import show_status
from .ticketed_pool import TicketedPool

__all__ = ["PROFILES", "Session"]

_NAMES = ("provider", "you", "builder")
# Bytes that were no UTF-8 are read as these.
_UNPAIRED = re.compile("[\ud800-\udfff]")
_MOST_MINED = 10_000
_RESERVES = Reserves(1_000 * COIN, 1_000)


class Session:
    """A simulator on a chain's file.

    With a `seed` the wallet's keys follow from it; without one they are drawn. Everything
    is read from the file when it is opened: pools, tickets, orders, commitments.
    """

    def __init__(
        self,
        file: ChainFile,
        *,
        profile: str = "ticketed",
        seed: int | None = None,
        reserves: Reserves = _RESERVES,
    ) -> None:
        self._accounts = Accounts(file)
        self._seed, self._reserves = seed, reserves
        self._is_interrupted = False
        self.news = ""
        """What opening the session has done to a chain that was there; empty where nothing."""
        wallet = self._accounts.wallet
        known = wallet.keys()
        for name in _NAMES:
            if name not in known:
                drawn = secrets.token_bytes(32)
                secret = drawn if seed is None else sha256(f"{seed}/{name}".encode())
                wallet.add(name, PrivateKey(secret))
        self._pools = Pools(self._accounts, profile)
        if self._pools.is_missing:
            is_new = not len(self._pools)
            _, told = self._pools.make(reserves)
            self.news = "" if is_new else told

    def _then(self, answer: Answer, after: str = "") -> Answer:
        """An answer that says besides what comes next."""
        following = self._pools.next_step(after)
        lines = (*answer.lines, f"next      {following}")
        return replace(answer, lines=lines, data=answer.data | {"next": following})

    def interrupt(self) -> None:
        """Let a long command end soon; the chain will be as it was before. For any thread."""
        self._is_interrupted = True

    def _check_interrupt(self) -> None:
        if self._is_interrupted:
            raise CommandError("interrupted: the chain is as it was before this command")

    @property
    def _pool(self) -> TicketedPool | DirectPool:
        return self._pools.now

    @property
    def profile(self) -> str:
        """The profile of the pool that commands are for."""
        return self._pools.profile

    @property
    def height(self) -> int:
        """The height of the chain."""
        return self._accounts.chain.height

    def hashes(self) -> list[str]:
        """The hashes of the commitments at this pool, for completion."""
        return [
            each.hex() for each in self._accounts.wallet.commitments(self._pool.followed.category)
        ]

    def run(self, line: str) -> Answer:
        """Do what a line says. Nothing is raised: a wrong line is an answer that is not ok."""
        words = line.split()
        if not words or words[0].startswith("#"):
            return Answer(True)
        if (broken := _UNPAIRED.search(line)) is not None:
            code = ord(broken.group())
            what = (
                f"the byte 0x{code & 0xFF:02x}" if code & 0xFF00 == 0xDC00 else "half a character"
            )
            return _wrong(f"{quoted(line.strip())} is no text: it has {what}, which is no UTF-8")
        name, rest = words[0].lower(), words[1:]
        command: Callable[..., Answer] | None = getattr(self, f"_do_{name}", None)
        if name not in COMMANDS or command is None:
            return _wrong(f"{quoted(words[0])} is no command: help lists those there are")
        usage, least, most = COMMANDS[name].usage, COMMANDS[name].least, COMMANDS[name].most
        if not least <= len(rest) <= most:
            return _wrong(f"{plural(len(rest), 'argument')}: it is {usage}")
        self._is_interrupted = False
        try:
            with self._pools.whole():
                return command(*rest)
        except BchcovError as error:
            return _wrong(str(error))

    def _do_help(self, *_: str) -> Answer:
        return Answer(True, help_lines())

    def _do_exit(self) -> Answer:
        return Answer(True, ("bye",), ends=True)

    def _do_profile(self, name: str = "") -> Answer:
        if name and name not in PROFILES:
            raise CommandError(
                f"no profile is called {quoted(name)}: there are {', '.join(PROFILES)}"
            )
        self._pools.profile = name or self.profile
        answer = Answer(True, (f"profile {self.profile}",), {"profile": self.profile})
        return self._made(self._reserves, answer) if self._pools.is_missing else answer

    def _made(self, reserves: Reserves, answer: Answer) -> Answer:
        """Make a pool, and say besides which, and how many blocks it took."""
        before = self.height
        txid, told = self._pools.make(reserves)
        data = {"txid": txid, "mined": self.height - before, "height": self.height}
        return replace(answer, lines=(*answer.lines, told), data=answer.data | data)

    def _do_open(self, bch: str = "", tokens: str = "") -> Answer:
        if self._pool.followed.is_open:
            raise CommandError("there is a pool already: withdraw ends it")
        reserves = self._reserves
        if bch and tokens:
            reserves = Reserves(read_amount(bch, BUY), read_amount(tokens, SELL))
        elif bch:
            raise CommandError("a pool is opened with BCH and tokens, or with neither")
        return self._then(self._made(reserves, Answer(True)))

    def _do_status(self) -> Answer:
        return show_status(
            self._accounts, self._pool, self._pools.refundable(), self._pools.next_step()
        )

    def _do_commit(self, *words: str) -> Answer:
        wish = read_action(" ".join(words))
        pool = self._pool
        offered = trade(pool.followed.reserves, wish.direction, wish.amount_in).amount_out
        now = show_amount(offered, SELL if wish.direction == BUY else BUY)
        satoshis, tokens = self._accounts.balance("you")
        have = satoshis if wish.direction == BUY else tokens
        if wish.amount_in > have:
            raise CommandError(
                f"you have {show_bch(satoshis)} and {show_tokens(tokens)}, not as much"
            )
        # What cannot be committed is not written into the wallet; what can is in it first,
        # since the chain's file gets it at the end of the command.
        txid, deadline = pool.commit(
            self._accounts.wallet.plan("you", pool.followed.category, *_values(wish))
        )
        made = self._accounts.wallet.commit("you", pool.followed.category, *_values(wish))
        self._pools.see(txid)
        shown_hash = made.action.hash.hex()
        lines = (f"hash      {shown_hash}", f"txid      {txid}", f"deadline  {deadline}")
        data = {"hash": shown_hash, "txid": txid, "deadline": deadline, "offered": str(offered)}
        offer = f"the pool offers {now} as it stands"
        return self._then(Answer(True, (*lines, offer), data), "commit")

    def _do_reveal(self, written: str, amount: str, buys: str) -> Answer:
        if buys.lower() not in ("true", "false"):
            raise CommandError(f"{quoted(buys)} is neither True (BCH in) nor False (tokens in)")
        direction: Direction = BUY if buys.lower() == "true" else SELL
        known = self._accounts.wallet.commitments(self._pool.followed.category)
        made = known[find_hash(written, known)]
        action = replace(made.action, direction=direction, amount_in=read_amount(amount, direction))
        tampered = action.hash != made.action.hash
        try:
            txid = self._pool.reveal(made, action)
        except BuildRefused as error:
            if not tampered:
                raise
            lines = ("script refuses this reveal: it is not what was committed to", str(error))
            return Answer(False, lines, {"error": str(error), "refused_by": "script"})
        answer = self._one("revealed", txid)
        fate = self._pool.followed.fates.get(made.action.hash)
        if fate is not None:
            line = f"{made.action.hash.hex()[:16]}  {fate}"
            answer = replace(
                answer, lines=(*answer.lines, line), data=answer.data | {"order": fate}
            )
        return self._then(answer)

    def _do_sequence(self) -> Answer:
        return self._then(self._batch("queued", *self._pool.sequence()))

    def _do_execute(self) -> Answer:
        before = set(self._pool.followed.fates)
        answer = self._batch("executed", *self._pool.execute())
        fates = {
            each.hex(): fate
            for each, fate in self._pool.followed.fates.items()
            if each not in before
        }
        told = tuple(f"{each[:16]}  {fate}" for each, fate in fates.items())
        answer = replace(answer, lines=(*answer.lines, *told), data=answer.data | {"orders": fates})
        return self._then(answer)

    def _batch(self, what: str, txids: list[str], count: int) -> Answer:
        for txid in txids:
            self._pools.see(txid)
        lines = (f"{count} {what}", *(f"txid      {txid}" for txid in txids))
        return Answer(True, lines, {"count": count, "txids": txids})

    def _do_expire(self) -> Answer:
        return self._then(self._one("expired", self._pool.expire()))

    def _do_refund(self, written: str) -> Answer:
        # A ticket of a pool that has ended is no less its owner's.
        known = self._pools.commitments()
        pool, made = known[find_hash(written, known)]
        txid = pool.refund(made)
        return self._then(self._one("refunded", txid))

    def _do_withdraw(self, name: str = "provider") -> Answer:
        if name not in (known := self._accounts.wallet.keys()):
            raise CommandError(
                f"the wallet has no key that is called {quoted(name)}: {', '.join(known)}"
            )
        reserves = self._pool.followed.reserves
        answer = self._one("withdrawn", self._pool.withdraw(name))
        taken = f"{show_bch(reserves.bch)} and {show_tokens(reserves.tokens)}"
        told = f"the provider takes {taken}; the pool has ended"
        return self._then(replace(answer, lines=(told, *answer.lines)))

    def _one(self, what: str, txid: str) -> Answer:
        self._pools.see(txid)
        return Answer(True, (f"{what}: {txid}",), {"txid": txid})

    def _do_mine(self, count: str = "1") -> Answer:
        blocks = read_count(count, _MOST_MINED, "blocks to mine")
        confirmed = len(self._accounts.chain.mempool)
        for _ in range(blocks):
            self._check_interrupt()
            self._accounts.chain.mine()
        lines = (f"height {self.height}, {plural(confirmed, 'transaction')} confirmed",)
        return Answer(True, lines, {"height": self.height, "confirmed": confirmed})

    def _do_show(self, txid: str) -> Answer:
        return show(self._accounts.chain, txid)

    def _do_export(self, txid: str, path: str) -> Answer:
        return export(self._accounts.chain, txid, path, keep=self._accounts.path)

    def _do_multi(self, users: str) -> Answer:
        chain = self._accounts.chain
        seed = secrets.randbits(32) if self._seed is None else self._seed
        first = len(chain.blocks)
        answer = race_users(self._accounts, self._pool.copy(), users, seed, self._check_interrupt)
        self._pools.see_blocks(first)
        return self._then(answer)


def _values(wish: Wish) -> tuple[Direction, int, int]:
    return wish.direction, wish.amount_in, wish.min_out


def _wrong(message: str) -> Answer:
    return Answer(False, (f"error: {message}",), {"error": message})
