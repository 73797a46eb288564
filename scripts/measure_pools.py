"""The coins that the pools are measured with, and a life of the direct profile."""

from __future__ import annotations

from bchcov import BuiltTransaction, Output, Token
from bchcov.amm import direct, ticketed
from bchcov.crypto.hashes import sha256
from bchcov.wallet.balance import Spend
from bchcov.wallet.coins import Coin
from bchcov.wallet.funding import Funding
from bchcov.wallet.keys import PrivateKey
from bchcov.wallet.unlockers import P2pkhUnlocker

TOKENS = sha256(b"tokens")
HEIGHT, DEADLINE = 900_000, 900_004
PROVIDER, BUILDER = PrivateKey(sha256(b"provider")), PrivateKey(sha256(b"builder"))
FIRST = sha256(b"first")
RESERVES = ticketed.Reserves(10_000_000_000, 5_000_000)


def fund(name: str, key: PrivateKey, value: int, tokens: int = 0) -> Spend:
    """A coin that is there."""
    token = Token(TOKENS, tokens) if tokens else None
    coin = Coin(sha256(name.encode()), 1, Output(value, key.locking_bytecode, token))
    return Spend(coin, P2pkhUnlocker(key))


def funding(key: PrivateKey, *coins: Spend) -> Funding:
    """Funding with these coins."""
    return Funding(key.locking_bytecode, coins)


def first_coin() -> Spend:
    """The coin whose txid becomes the pool's category."""
    output = Output(10_100_000_000, PROVIDER.locking_bytecode)
    return Spend(Coin(FIRST, 0, output), P2pkhUnlocker(PROVIDER))


def direct_life() -> tuple[direct.Scripts, dict[str, BuiltTransaction]]:
    """The scripts of a direct pool, and its transactions by what they do."""
    parameters = direct.Parameters(
        pool_category=FIRST, token_category=TOKENS, owner=PROVIDER.public_key_hash
    )
    own = funding(PROVIDER, fund("tokens", PROVIDER, 2_000, RESERVES.tokens))
    start = direct.genesis(parameters, RESERVES, first_coin(), own)
    pool = start.pool
    user = PrivateKey(sha256(b"user"))
    buy = direct.Action(direct.BUY, 1_000_000, 0, user.public_key_hash, bytes(16))
    sale = direct.Action(direct.SELL, 1_000, 0, user.public_key_hash, bytes(16))
    made = {"genesis": start.built}
    for number, action in enumerate((buy, sale, buy)):
        money = funding(user, fund(f"commit {number}", user, 100_000))
        step = direct.commit(pool, action, DEADLINE, HEIGHT, money)
        pool = step.pool
    made["commit"] = step.built
    step = direct.reveal(pool, buy, funding(user, fund("buy", user, 2_000_000)))
    made["reveal, a buy"] = step.built
    step = direct.reveal(step.pool, sale, funding(user, fund("sale", user, 9_000, 1_000)))
    made["reveal, a sale"] = step.built
    step = direct.expire(step.pool, DEADLINE, funding(user))
    made["expire"] = step.built
    made["exit"] = direct.exit_pool(step.pool, PROVIDER, funding(PROVIDER)).built
    return start.pool.scripts, made
