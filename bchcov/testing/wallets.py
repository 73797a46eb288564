"""A wallet for tests: people by name, with keys that their names decide, on an emulated chain."""

from __future__ import annotations

from dataclasses import dataclass

from ..chain import Chain
from ..crypto.hashes import sha256
from ..transaction.model import Output, Token
from ..wallet.balance import Spend
from ..wallet.coins import Coin
from ..wallet.funding import Funding
from ..wallet.keys import PrivateKey
from ..wallet.unlockers import P2pkhUnlocker
from .fuzzing.parties import Party

__all__ = ["TestWallet"]


@dataclass(frozen=True)
class TestWallet:
    """The keys and coins of whoever a test names: the same key for the same name each time.

    Everybody can know these keys: they are for emulated chains only.
    """

    # It is no test itself, though its name begins like one.
    __test__ = False

    chain: Chain

    def key(self, name: str) -> PrivateKey:
        """Return somebody's key."""
        return PrivateKey(sha256(b"the key in a test of " + name.encode()))

    def party(self, name: str, *, is_open: bool = False) -> Party:
        """Return somebody as a party, for fuzzing and machines."""
        return Party(name, (self.key(name),), is_open=is_open)

    def fund(self, name: str, value: int, token: Token | None = None) -> Coin:
        """Give somebody a coin, out of nothing."""
        (coin,) = self.chain.fund(Output(value, self.key(name).locking_bytecode, token))
        return coin

    def coins(self, name: str) -> list[Coin]:
        """Return somebody's unspent coins, oldest first."""
        return self.chain.coins(self.key(name).locking_bytecode)

    def balance(self, name: str) -> int:
        """Return how many satoshis somebody has."""
        return sum(coin.value for coin in self.coins(name))

    def funding(self, name: str) -> Funding:
        """Return all that somebody has as funding of a transaction; its change is theirs."""
        key = self.key(name)
        spends = [Spend(coin, P2pkhUnlocker(key)) for coin in self.coins(name)]
        return Funding(key.locking_bytecode, spends, network=self.chain.network)
