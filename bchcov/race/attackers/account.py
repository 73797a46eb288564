"""The money of an attacker: capital to trade with, and a budget of what they may lose."""

from __future__ import annotations

from ...amm.action import Action, Direction
from ...amm.salts import derive_salt
from ...transaction.model import Output, Token
from ...wallet.balance import Spend
from ...wallet.coins import Coin
from ...wallet.funding import Funding
from ...wallet.keys import PrivateKey
from ...wallet.unlockers import P2pkhUnlocker
from ..world import World

__all__ = ["Account"]

_COINS = 16


class Account:
    """The coins of an attacker. `rounds` counts what they have begun."""

    def __init__(self, world: World, key: PrivateKey, category: bytes = bytes(32)) -> None:
        self.world, self.key = world, key
        self._category, self._number = category, 0
        self.rounds = 0
        self._satoshis, self._tokens = world.held(key.locking_bytecode)
        self._lost = 0

    @classmethod
    def funded(cls, world: World, category: bytes) -> Account:
        """Make an account with twice the pool's satoshis and half its tokens."""
        key, reserves = world.key("attacker"), world.reserves
        token = Token(world.tokens, max(1, reserves.tokens // 8))
        world.chain.fund(
            *[Output(2 * reserves.bch // _COINS, key.locking_bytecode)] * _COINS,
            *[Output(10_000, key.locking_bytecode, token)] * 4,
        )
        return cls(world, key, category)

    @property
    def locking_bytecode(self) -> bytes:
        """The script that locks their coins."""
        return self.key.locking_bytecode

    def gain(self) -> int:
        """Return what they have gained in satoshis, at the price elsewhere.

        What their tickets and orders hold counts as lost as long as they are not settled.
        """
        satoshis, tokens = self.world.held(self.locking_bytecode)
        gained = self.world.worth(satoshis - self._satoshis, tokens - self._tokens)
        return gained - self._lost

    def lose(self, satoshis: int) -> None:
        """Count a loss that no coin shows, such as that of a block."""
        self._lost += satoshis

    def can_risk(self, satoshis: int) -> bool:
        """Return whether the budget allows to lose another amount."""
        return satoshis - min(0, self.gain()) <= self.world.settings.attacker_budget

    def coins(self) -> list[Coin]:
        """Return the unspent coins."""
        return self.world.chain.coins(self.locking_bytecode)

    def funding(self) -> Funding:
        """Return all coins, with change to the same key."""
        unlocker = P2pkhUnlocker(self.key)
        return Funding(self.locking_bytecode, [Spend(coin, unlocker) for coin in self.coins()])

    def change(self) -> Funding:
        """Return no coins, only the address for the change."""
        return Funding(self.locking_bytecode)

    def action(self, direction: Direction, amount_in: int) -> Action:
        """Return a new order at any price, with a salt that was not used before."""
        self._number += 1
        salt = derive_salt(self.key, self._category, self._number)
        return Action(direction, max(1, amount_in), 0, self.key.public_key_hash, salt)
