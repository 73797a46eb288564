"""A session of the simulator: commands in, answers out, everything kept in the chain's file."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..amm.action import BUY, SELL, Direction
from ..amm.formula import Reserves, trade
from ..chain import ChainFile
from ..crypto.hashes import sha256
from ..errors import BchcovError
from ..wallet.keys import PrivateKey
from .accounts import Accounts
from .answer import Answer
from .direct_pool import DirectPool
from .help import COMMANDS, help_lines
from .inspect import export, show
from .multi import race_users
from .parsing import (
    CommandError,
    Wish,
    find_hash,
    read_action,
    read_amount,
    show_bch,
)
from .ticketed_pool import TicketedPool

__all__ = ["PROFILES", "Session"]

PROFILES = ("ticketed", "direct")
_POOLS: dict[str, type[TicketedPool] | type[DirectPool]] = {
    "ticketed": TicketedPool,
    "direct": DirectPool,
}
_NAMES = ("provider", "you", "builder")
_MOST_MINED = 10_000
_COIN = 100_000_000
_RESERVES = Reserves(1_000 * _COIN, 1_000)


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
        self.profile = profile
        self._pools: dict[str, TicketedPool | DirectPool] = {}
        wallet = self._accounts.wallet
        known = wallet.keys()
        for name in _NAMES:
            if name not in known:
                drawn = secrets.token_bytes(32)
                secret = drawn if seed is None else sha256(f"{seed}/{name}".encode())
                wallet.add(name, PrivateKey(secret))
        self._read()
        if profile not in self._pools:
            self._make_pool(reserves)

    def _read(self) -> None:
        """Find the pools on the chain, and follow them."""
        provider = self._accounts.wallet.key("provider").locking_bytecode
        for transaction in self._accounts.transactions():
            sources = self._accounts.chain.source_outputs(transaction)
            token = transaction.outputs[0].token
            begins = sources and all(each.locking_bytecode == provider for each in sources)
            if begins and token is not None and token.nft is not None:
                for profile, kind in _POOLS.items():
                    found = kind.read_genesis(self._accounts, transaction)
                    if found is not None:
                        self._pools[profile] = found
            for pool in self._pools.values():
                pool.see(transaction)

    def _make_pool(self, reserves: Reserves) -> str:
        accounts = self._accounts
        if not accounts.balance("you")[0]:
            accounts.fund(accounts.wallet.key("you"), 10_000 * _COIN, 1_000_000)
            accounts.fund(accounts.wallet.key("builder"), _COIN, 1)
        provider = accounts.wallet.key("provider")
        first, stock = accounts.fund(provider, reserves.bch + 1_000_000, reserves.tokens)
        pool, txid = _POOLS[self.profile].genesis(accounts, first, stock, reserves)
        self._pools[self.profile] = pool
        accounts.chain.mine()
        return txid

    @property
    def _pool(self) -> TicketedPool | DirectPool:
        return self._pools[self.profile]

    @property
    def height(self) -> int:
        """The height of the chain."""
        return self._accounts.chain.height

    def hashes(self) -> list[str]:
        """The hashes of the commitments at this pool, for completion."""
        return [each.hex() for each in self._accounts.wallet.commitments(self._pool.category)]

    def run(self, line: str) -> Answer:
        """Do what a line says. Nothing is raised: a wrong line is an answer that is not ok."""
        words = line.split()
        if not words or words[0].startswith("#"):
            return Answer(True)
        name, rest = words[0].lower(), words[1:]
        command: Callable[..., Answer] | None = getattr(self, f"_do_{name}", None)
        if name not in COMMANDS or command is None:
            return _wrong(f"{words[0]!r} is no command: help lists those there are")
        usage, least, most = COMMANDS[name].usage, COMMANDS[name].least, COMMANDS[name].most
        if not least <= len(rest) <= most:
            return _wrong(f"{len(rest)} arguments: it is {usage}")
        try:
            return command(*rest)
        except BchcovError as error:
            return _wrong(str(error))

    def _do_help(self, *_: str) -> Answer:
        return Answer(True, help_lines())

    def _do_exit(self) -> Answer:
        return Answer(True, ("bye",), ends=True)

    def _do_profile(self, name: str = "") -> Answer:
        if name and name not in PROFILES:
            raise CommandError(f"no profile is called {name!r}: there are {', '.join(PROFILES)}")
        if name:
            self.profile = name
            if name not in self._pools:
                self._make_pool(self._reserves)
        return Answer(True, (f"profile {self.profile}",), {"profile": self.profile})

    def _do_open(self, bch: str = "", tokens: str = "") -> Answer:
        if self._pool.is_open:
            raise CommandError("there is a pool already: withdraw ends it")
        reserves = self._reserves
        if bch and tokens:
            reserves = Reserves(read_amount(bch, BUY), read_amount(tokens, SELL))
        elif bch:
            raise CommandError("a pool is opened with BCH and tokens, or with neither")
        txid = self._make_pool(reserves)
        return Answer(True, (f"a new pool: {txid}",), {"txid": txid})

    def _do_status(self) -> Answer:
        accounts, pool = self._accounts, self._pool
        satoshis, tokens = accounts.balance("you")
        data: dict[str, Any] = {
            "profile": self.profile,
            "height": self.height,
            "unconfirmed": len(accounts.chain.mempool),
            "you": {"satoshis": satoshis, "tokens": str(tokens)},
            "pool": None,
        }
        lines = [f"profile   {self.profile}", f"height    {self.height}"]
        lines.append(f"mempool   {len(accounts.chain.mempool)} transactions")
        rows: list[tuple[str, ...]] = []
        if pool.is_open:
            state, pending = pool.pool.state, pool.pending()
            data["pool"] = {
                "bch_reserve": state.bch_reserve,
                "token_reserve": str(state.token_reserve),
                "root": state.root.hex(),
                "head": state.head,
                "tail": state.tail,
                "pending": pending,
            }
            lines.append(f"reserves  {show_bch(state.bch_reserve)}, {state.token_reserve:,} Tokens")
            lines.append(f"root      {state.root.hex()}")
            lines.append(f"pending   {state.pending} queued, head {state.head}, tail {state.tail}")
            rows = [("hash", "slot", "deadline", "stage")]
            for each in pending:
                slot = "-" if each["slot"] is None else str(each["slot"])
                rows.append((each["hash"], slot, str(each["deadline"]), each["stage"]))
        else:
            lines.append("there is no pool: it has ended; open makes another one")
        lines.append(f"you       {show_bch(satoshis)}, {tokens:,} Tokens")
        return Answer(True, tuple(lines), data, tuple(rows) if len(rows) > 1 else ())

    def _do_commit(self, *words: str) -> Answer:
        wish = read_action(" ".join(words))
        pool = self._pool
        offered = trade(pool.reserves, wish.direction, wish.amount_in).amount_out
        now = show_bch(offered) if wish.direction == SELL else f"{offered:,} Tokens"
        satoshis, tokens = self._accounts.balance("you")
        have = satoshis if wish.direction == BUY else tokens
        if wish.amount_in > have:
            raise CommandError(f"you have {show_bch(satoshis)} and {tokens:,} Tokens, not as much")
        with self._accounts.chain.snapshot():
            # What cannot be committed is not written into the wallet either.
            trial = self._accounts.wallet.plan("you", pool.category, *_values(wish))
            pool.commit(trial)
        made = self._accounts.wallet.commit("you", pool.category, *_values(wish))
        txid, deadline = pool.commit(made)
        self._see(txid)
        shown = made.action.hash.hex()
        lines = (f"hash      {shown}", f"txid      {txid}", f"deadline  {deadline}")
        data = {"hash": shown, "txid": txid, "deadline": deadline, "offered": str(offered)}
        return Answer(True, (*lines, f"the pool offers {now} as it stands"), data)

    def _do_reveal(self, written: str, amount: str, buys: str) -> Answer:
        if buys.lower() not in ("true", "false"):
            raise CommandError(f"{buys!r} is neither True (BCH in) nor False (tokens in)")
        direction: Direction = BUY if buys.lower() == "true" else SELL
        known = self._accounts.wallet.commitments(self._pool.category)
        made = known[find_hash(written, known)]
        action = replace(made.action, direction=direction, amount_in=read_amount(amount, direction))
        tampered = action.hash != made.action.hash
        try:
            txid = self._pool.reveal(made, action)
        except BchcovError as error:
            if not tampered or "the transaction is refused" not in str(error):
                raise
            lines = ("script refuses this reveal: it is not what was committed to", str(error))
            return Answer(False, lines, {"error": str(error), "refused_by": "script"})
        self._see(txid)
        return Answer(True, (f"revealed: {txid}",), {"txid": txid})

    def _do_sequence(self) -> Answer:
        return self._batch("queued", *self._pool.sequence())

    def _do_execute(self) -> Answer:
        before = set(self._pool.fates)
        answer = self._batch("executed", *self._pool.execute())
        fates = {each.hex(): fate for each, fate in self._pool.fates.items() if each not in before}
        told = tuple(f"{each[:16]}  {fate}" for each, fate in fates.items())
        return replace(answer, lines=(*answer.lines, *told), data=answer.data | {"orders": fates})

    def _batch(self, what: str, txids: list[str], count: int) -> Answer:
        for txid in txids:
            self._see(txid)
        lines = (f"{count} {what}", *(f"txid      {txid}" for txid in txids))
        return Answer(True, lines, {"count": count, "txids": txids})

    def _do_expire(self) -> Answer:
        return self._one("expired", self._pool.expire())

    def _do_refund(self, written: str) -> Answer:
        known = self._accounts.wallet.commitments(self._pool.category)
        return self._one("refunded", self._pool.refund(known[find_hash(written, known)]))

    def _do_withdraw(self, name: str = "provider") -> Answer:
        reserves = self._pool.reserves
        answer = self._one("withdrawn", self._pool.withdraw(name))
        taken = f"{show_bch(reserves.bch)} and {reserves.tokens:,} Tokens"
        return replace(
            answer, lines=(f"the provider takes {taken}; the pool has ended", *answer.lines)
        )

    def _one(self, what: str, txid: str) -> Answer:
        self._see(txid)
        return Answer(True, (f"{what}: {txid}",), {"txid": txid})

    def _see(self, txid: str) -> None:
        self._pool.see(self._accounts.chain.mempool[txid])

    def _do_mine(self, count: str = "1") -> Answer:
        if not count.isdecimal() or not 1 <= int(count) <= _MOST_MINED:
            raise CommandError(f"{count} blocks to mine: 1 to {_MOST_MINED:,}")
        confirmed = len(self._accounts.chain.mempool)
        self._accounts.chain.advance(int(count))
        lines = (f"height {self.height}, {confirmed} transactions confirmed",)
        return Answer(True, lines, {"height": self.height, "confirmed": confirmed})

    def _do_show(self, txid: str) -> Answer:
        return show(self._accounts.chain, txid.lower())

    def _do_export(self, txid: str, path: str) -> Answer:
        return export(self._accounts.chain, txid.lower(), path)

    def _do_multi(self, users: str) -> Answer:
        seed = secrets.randbits(32) if self._seed is None else self._seed
        return race_users(users, seed)


def _values(wish: Wish) -> tuple[Direction, int, int]:
    return wish.direction, wish.amount_in, wish.min_out


def _wrong(message: str) -> Answer:
    return Answer(False, (f"error: {message}",), {"error": message})
