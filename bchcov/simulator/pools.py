"""The pools on a session's chain: the latest one of each profile, and earlier ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from ..amm import direct, epochs, ticketed
from ..amm.formula import Reserves
from ..amm.refusal import RunningScripts
from ..transaction.constants import COIN
from ..transaction.model import Transaction
from ..wallet.balance import Spend
from .accounts import Accounts
from .answer import Answer
from .any_pool import AnyPool
from .direct_pool import DirectPool
from .epochs_pool import EpochsPool
from .followed_pool import make_pool, read_pool
from .next_step import next_step
from .parsing import plural
from .ticketed_pool import TicketedPool
from .wallet import Commitment

__all__ = ["PROFILES", "Pools"]

PROFILES = ("ticketed", "direct", "epochs")


def _make(
    profile: str, accounts: Accounts, first: Spend, stock: Spend, reserves: Reserves
) -> tuple[AnyPool, str]:
    """Make a pool of a profile from these coins; return it and its txid."""
    coins = first, stock, reserves
    if profile == "direct":
        plain, txid = make_pool(accounts, direct.Parameters, direct.genesis, *coins)
        return DirectPool(accounts, plain), txid
    if profile == "epochs":
        third, txid = make_pool(accounts, epochs.Parameters, epochs.genesis, *coins)
        return EpochsPool(accounts, third), txid
    made, txid = make_pool(accounts, ticketed.Parameters, ticketed.genesis, *coins)
    return TicketedPool(accounts, made), txid


def _find(profile: str, accounts: Accounts, transaction: Transaction) -> AnyPool | None:
    """Read the pool of a profile that a transaction made; None if it made none."""
    if profile == "direct":
        plain = read_pool(accounts, direct.Parameters, direct.check_genesis, transaction)
        return None if plain is None else DirectPool(accounts, plain)
    if profile == "epochs":
        third = read_pool(accounts, epochs.Parameters, epochs.check_genesis, transaction)
        return None if third is None else EpochsPool(accounts, third)
    found = read_pool(accounts, ticketed.Parameters, ticketed.check_genesis, transaction)
    return None if found is None else TicketedPool(accounts, found)


class Pools:
    """The pools found on the chain; `profile` names the one that commands apply to."""

    def __init__(self, accounts: Accounts, profile: str) -> None:
        self.profile = profile
        self._accounts = accounts
        self._live: dict[str, AnyPool] = {}
        self._ended: list[AnyPool] = []
        self._read()

    def _read(self) -> None:
        """Find the pools on the chain and follow them."""
        provider = self._accounts.wallet.key("provider").locking_bytecode
        for transaction in self._accounts.transactions():
            sources = self._accounts.chain.source_outputs(transaction)
            token = transaction.outputs[0].token
            begins = sources and all(each.locking_bytecode == provider for each in sources)
            if begins and token is not None and token.nft is not None:
                for profile in PROFILES:
                    found = _find(profile, self._accounts, transaction)
                    if found is not None:
                        self._take(profile, found)
            for pool in self._all():
                pool.see(transaction)

    def __len__(self) -> int:
        return len(self._live)

    @property
    def scripts(self) -> list[RunningScripts]:
        """The scripts of all pools on the chain."""
        return [each.scripts for each in self._all()]

    def _all(self) -> list[AnyPool]:
        return [*self._live.values(), *self._ended]

    def _take(self, profile: str, pool: AnyPool) -> None:
        if profile in self._live:
            self._ended.append(self._live[profile])
        self._live[profile] = pool

    @property
    def is_missing(self) -> bool:
        """Whether this profile never had a pool."""
        return self.profile not in self._live

    @property
    def now(self) -> AnyPool:
        """The pool that commands apply to; it may have ended."""
        return self._live[self.profile]

    def make(self, reserves: Reserves) -> tuple[str, str]:
        """Make and confirm a pool of this profile; return its txid and a line about it."""
        accounts, before = self._accounts, self._accounts.chain.height
        if not accounts.balance("you")[0]:
            accounts.fund(accounts.wallet.key("you"), 10_000 * COIN, 1_000_000)
            accounts.fund(accounts.wallet.key("builder"), COIN, 1)
        provider = accounts.wallet.key("provider")
        first, stock = accounts.fund(provider, reserves.bch + 1_000_000, reserves.tokens)
        pool, txid = _make(self.profile, accounts, first, stock, reserves)
        self._take(self.profile, pool)
        accounts.chain.mine()
        height = accounts.chain.height
        mined = plural(height - before, "block")
        return txid, f"a new {self.profile} pool: {txid}, {mined} mined for it, height {height}"

    def see(self, txid: str) -> None:
        """Follow a transaction of the mempool."""
        for pool in self._all():
            pool.see(self._accounts.chain.mempool[txid])

    def see_blocks(self, first: int) -> None:
        """Follow the blocks of the chain from index `first` on."""
        for block in self._accounts.chain.blocks[first:]:
            for transaction in block.transactions:
                for pool in self._all():
                    pool.see(transaction)

    def commitments(self) -> dict[bytes, tuple[AnyPool, Commitment]]:
        """Return the wallet's commitments by hash, each with its pool, which may have ended."""
        commitments = self._accounts.wallet.commitments
        found = {each: commitments(each.followed.category) for each in (self.now, *self._ended)}
        return {key: (pool, made) for pool, some in found.items() for key, made in some.items()}

    def refundable(self) -> list[bytes]:
        """List the wallet's commitments that can only be refunded."""
        own = self.commitments()
        pools = (self.now, *self._ended)
        return [each for pool in pools for each in pool.refundable() if each in own]

    def then(self, answer: Answer, after: str = "") -> Answer:
        """Add to an answer which command to use next; `after` is the last one."""
        following = self.next_step(after)
        lines = (*answer.lines, f"next      {following}")
        return replace(answer, lines=lines, data=answer.data | {"next": following})

    def next_step(self, after: str = "") -> str:
        """Say which command to use next; `after` is the last one."""
        return next_step(
            self.now,
            {key: made for key, (_, made) in self.commitments().items()},
            self.refundable(),
            after=after,
            height=self._accounts.chain.height,
            is_unconfirmed=bool(self._accounts.chain.mempool),
        )

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Keep all changes made within the block, or none of them if an error ends it."""
        profile, live, ended = self.profile, self._live, self._ended
        self._live = {name: pool.copy() for name, pool in live.items()}
        self._ended = [pool.copy() for pool in ended]
        try:
            with self._accounts.chain.together():
                yield
        except BaseException:
            self.profile, self._live, self._ended = profile, live, ended
            raise
