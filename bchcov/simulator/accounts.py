"""What both profiles need of the simulator's chain: who pays, who is paid, what is refused."""

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
    """What every pool of the simulator is made with."""

    pool_category: bytes
    token_category: bytes
    owner: bytes


class Accounts:
    """The chain of a file, and the keys of its wallet as funding."""

    def __init__(self, file: ChainFile) -> None:
        self.chain, self.wallet, self.path = file.chain, Wallet(file), file.path

    def pool_parameters(self, category: bytes) -> PoolParameters:
        """The parameters of the simulator's pools; all others are as they are by default."""
        owner = self.wallet.key("provider").public_key_hash
        return {"pool_category": category, "token_category": TOKENS, "owner": owner}

    def funding(self, name: str) -> Funding:
        """All the coins of a key."""
        key = self.wallet.key(name)
        unlocker = P2pkhUnlocker(key)
        coins = self.chain.coins(key.locking_bytecode)
        return self.funding_of(name, [Spend(coin, unlocker) for coin in coins])

    def funding_of(self, name: str, coins: Sequence[Spend] = ()) -> Funding:
        """Funding with these coins, whose change a key takes."""
        return Funding(self.wallet.key(name).locking_bytecode, coins)

    def balance(self, name: str) -> tuple[int, int]:
        """The satoshis and the tokens of a key."""
        coins = self.chain.coins(self.wallet.key(name).locking_bytecode)
        return (
            sum(coin.value for coin in coins),
            sum(coin.token.amount for coin in coins if coin.token is not None),
        )

    def fund(self, key: PrivateKey, satoshis: int, tokens: int) -> list[Spend]:
        """Make coins for a key: one of satoshis, one of tokens."""
        script = key.locking_bytecode
        made = self.chain.fund(
            Output(satoshis, script), Output(10_000, script, Token(TOKENS, tokens))
        )
        return [Spend(coin, P2pkhUnlocker(key)) for coin in made]

    def submit(self, built: BuiltTransaction) -> str:
        """Submit what was built; the txid. Raises CommandError where the chain refuses it."""
        submission = self.chain.submit(built.transaction)
        if not submission.ok:
            raise CommandError(f"the chain refuses the transaction: {submission.error}")
        return submission.txid

    def transactions(self) -> Iterator[Transaction]:
        """Every transaction, those of the mempool last."""
        for block in self.chain.blocks:
            yield from block.transactions
        yield from self.chain.mempool.values()
