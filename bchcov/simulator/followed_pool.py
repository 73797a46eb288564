"""A pool of either profile, found on the session's chain and followed through it."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Generic, Protocol, TypeVar

from ..amm.coins import PoolScripts, PoolState
from ..amm.events import Followable
from ..amm.formula import Reserves
from ..amm.step import BuiltStep
from ..errors import BuildError, CommandError
from ..race.world import spends
from ..transaction.model import Transaction
from ..wallet.balance import Spend
from ..wallet.coins import Coin
from ..wallet.funding import Funding
from ..wallet.keys import PrivateKey
from .accounts import Accounts

__all__ = ["FollowedPool", "make_pool", "read_pool"]


class _Pool(Followable, Protocol):
    @property
    def scripts(self) -> PoolScripts: ...
    @property
    def coin(self) -> Coin: ...
    @property
    def state(self) -> PoolState: ...


PoolT = TypeVar("PoolT", bound=_Pool)
ParametersT = TypeVar("ParametersT")


def make_pool(
    accounts: Accounts,
    parameters: Callable[..., ParametersT],
    genesis: Callable[[ParametersT, Reserves, Spend, Funding], BuiltStep[PoolT]],
    first: Spend,
    stock: Spend,
    reserves: Reserves,
) -> tuple[PoolT, str]:
    """Make a pool; return it and its txid.

    `first` is the coin that gives the pool its category, `stock` holds the provider's tokens.
    """
    constants = parameters(**accounts.pool_parameters(first.coin.outpoint_hash))
    made = genesis(constants, reserves, first, accounts.funding_of("provider", [stock]))
    return made.pool, accounts.submit(made.built)


def read_pool(
    accounts: Accounts,
    parameters: Callable[..., ParametersT],
    check_genesis: Callable[[Transaction, ParametersT], PoolT],
    transaction: Transaction,
) -> PoolT | None:
    """Read the pool that a transaction made; None if it made none with these parameters."""
    category = transaction.inputs[0].outpoint_hash
    try:
        return check_genesis(transaction, parameters(**accounts.pool_parameters(category)))
    except BuildError:
        return None


class FollowedPool(Generic[PoolT]):
    """A pool that is followed through the chain until it ends, and the fates of its orders.

    `fates` says by an action's hash how its order ended; `unfilled` is the fate of an order
    that was not filled.
    """

    def __init__(self, accounts: Accounts, pool: PoolT, *, unfilled: str) -> None:
        self._accounts = accounts
        self._pool: PoolT | None = pool
        self._unfilled = unfilled
        self.category = pool.scripts.parameters.pool_category
        self.fates: dict[bytes, str] = {}

    def copy(self) -> FollowedPool[PoolT]:
        """Return a copy that follows the chain independently from here on."""
        twin = copy(self)
        twin.fates = dict(self.fates)
        return twin

    @property
    def is_open(self) -> bool:
        """Whether the pool exists; it ends when the provider withdraws."""
        return self._pool is not None

    @property
    def pool(self) -> PoolT:
        """The pool. Raises CommandError if it has ended."""
        if self._pool is None:
            raise CommandError("the pool has ended: open makes a new one")
        return self._pool

    @property
    def reserves(self) -> Reserves:
        """The satoshis and tokens that the pool trades with."""
        state = self.pool.state
        return Reserves(state.bch_reserve, state.token_reserve)

    def follow(self, transaction: Transaction) -> bool:
        """Follow an accepted transaction; return whether it spends the pool."""
        if self._pool is None or not spends(transaction, self._pool.coin):
            return False
        sources = self._accounts.chain.source_outputs(transaction)
        self._pool, event = self._pool.follow(transaction, sources)
        if event.kind == "expire":
            self.fates[event.entries[0].action_hash] = "expired, the bond is forfeited"
        for done in event.executions:
            got = f"{done.fill.amount_in:,} for {done.fill.amount_out:,}"
            fate = f"filled, {got}" if done.fill.is_filled else self._unfilled
            self.fates[done.entry.action_hash] = fate
        return True

    def expire(self, build: Callable[[PoolT, int, Funding], BuiltStep[PoolT]]) -> str:
        """Expire the order at the head of the queue; return the txid."""
        height = self._accounts.chain.height
        step = build(self.pool, height, self._accounts.funding_of("builder"))
        return self._accounts.submit(step.built)

    def withdraw(
        self, build: Callable[[PoolT, PrivateKey, Funding], BuiltStep[PoolT]], name: str
    ) -> str:
        """End the pool, paying everything to the provider; return the txid."""
        key = self._accounts.wallet.key(name)
        step = build(self.pool, key, self._accounts.funding_of(name))
        return self._accounts.submit(step.built)
