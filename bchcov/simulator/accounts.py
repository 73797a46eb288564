"""The simulator's chain and wallet as both profiles use them: funding, balances, submission."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypedDict

from ..chain import ChainFile
from ..crypto.hashes import sha256
from ..errors import CommandError
from ..transaction.model import Output, Token, Transaction
from ..wallet.balance import Spend
from ..wallet.builder import BuiltTransaction
from ..wallet.funding import Funding
from ..wallet.keys import PrivateKey
from ..wallet.unlockers import P2pkhUnlocker
from .wallet import Wallet

__all__ = ["TOKENS", "Accounts", "PoolParameters"]

TOKENS = sha256(b"the tokens of the simulator")


class PoolParameters(TypedDict):
    """The parameters that the simulator sets for every pool."""

    pool_category: bytes
    token_category: bytes
    owner: bytes


class Accounts:
    """The chain of a file, and the wallet whose keys fund transactions on it."""

    def __init__(self, file: ChainFile) -> None:
        self.chain, self.wallet, self.path = file.chain, Wallet(file), file.path

    def pool_parameters(self, category: bytes) -> PoolParameters:
        """Return the parameters of a pool of this category; all others keep their defaults."""
        owner = self.wallet.key("provider").public_key_hash
        return {"pool_category": category, "token_category": TOKENS, "owner": owner}

    def funding(self, name: str) -> Funding:
        """Return all the coins of a key, with change to the same key."""
        key = self.wallet.key(name)
        unlocker = P2pkhUnlocker(key)
        coins = self.chain.coins(key.locking_bytecode)
        return self.funding_of(name, [Spend(coin, unlocker) for coin in coins])

    def funding_of(self, name: str, coins: Sequence[Spend] = ()) -> Funding:
        """Return funding from these coins, with change to a key."""
        return Funding(self.wallet.key(name).locking_bytecode, coins)

    def balance(self, name: str) -> tuple[int, int]:
        """Return the satoshis and the tokens of a key."""
        coins = self.chain.coins(self.wallet.key(name).locking_bytecode)
        return (
            sum(coin.value for coin in coins),
            sum(coin.token.amount for coin in coins if coin.token is not None),
        )

    def fund(self, key: PrivateKey, satoshis: int, tokens: int) -> list[Spend]:
        """Create two coins for a key: one of satoshis, one of tokens."""
        script = key.locking_bytecode
        made = self.chain.fund(
            Output(satoshis, script), Output(10_000, script, Token(TOKENS, tokens))
        )
        return [Spend(coin, P2pkhUnlocker(key)) for coin in made]

    def submit(self, built: BuiltTransaction) -> str:
        """Submit a transaction; return its txid. Raises CommandError if the chain refuses it."""
        submission = self.chain.submit(built.transaction)
        if not submission.ok:
            raise CommandError(f"the chain refused the transaction: {submission.error}")
        return submission.txid

    def transactions(self) -> Iterator[Transaction]:
        """Yield every transaction, those of the mempool last."""
        for block in self.chain.blocks:
            yield from block.transactions
        yield from self.chain.mempool.values()
