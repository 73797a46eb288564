"""A plain constant-product pool that anybody can spend, for comparison with SequencedAMM."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ..contract import Contract, compile_contract
from ..errors import BuildError
from ..script.patterns import p2sh32
from ..transaction.model import Output, Token
from ..wallet.builder import BuiltTransaction
from ..wallet.coins import Coin
from ..wallet.funding import Funding
from ..wallet.keys import PrivateKey
from ..wallet.unlockers import ScriptUnlocker, Signature
from .action import MAX_AMOUNT, Direction
from .coins import check_reserves
from .formula import Reserves, trade

__all__ = ["Market", "Parameters", "Swap", "change_reserves", "genesis", "read_market", "swap"]


@dataclass(frozen=True)
class Parameters:
    """The constants of a pool: a token category of 32 bytes, an owner's key hash of 20."""

    token_category: bytes
    owner: bytes

    def __post_init__(self) -> None:
        if len(self.token_category) != 32:
            raise BuildError(f"token_category has {len(self.token_category)} bytes: expected 32")
        if len(self.owner) != 20:
            raise BuildError(f"owner has {len(self.owner)} bytes: expected 20")

    @cached_property
    def contract(self) -> Contract:
        """The redeem script."""
        return compile_contract("cpmm/pool", {"owner": self.owner})

    def output(self, reserves: Reserves) -> Output:
        """Make the output of a pool with these reserves. Raises BuildError if out of range."""
        check_reserves(reserves, 1)
        token = Token(self.token_category, reserves.tokens)
        return Output(reserves.bch, p2sh32(self.contract.code), token)


@dataclass(frozen=True, slots=True)
class Market:
    """The current pool, whose whole state is the contents of its coin."""

    parameters: Parameters
    coin: Coin

    @property
    def reserves(self) -> Reserves:
        """The reserves, in satoshis and tokens."""
        assert self.coin.token is not None
        return Reserves(self.coin.value, self.coin.token.amount)


@dataclass(frozen=True, slots=True)
class Swap:
    """A transaction, the pool after it, and what the trader received."""

    built: BuiltTransaction
    market: Market
    amount_out: int


def read_market(parameters: Parameters, coin: Coin) -> Market:
    """Read a pool from its coin. Raises BuildError for any other coin."""
    token = coin.token
    if coin.locking_bytecode != p2sh32(parameters.contract.code):
        raise BuildError(f"the coin {coin} is not locked by this pool's script")
    if token is None or token.category != parameters.token_category or token.nft is not None:
        raise BuildError(f"the coin {coin} does not hold only the tokens that trade")
    return Market(parameters, coin)


def genesis(parameters: Parameters, reserves: Reserves, funding: Funding) -> Swap:
    """Make a pool, output 0, from the coins of `funding`. Raises BuildError."""
    built = funding.builder().pay(parameters.output(reserves)).build()
    return Swap(built, read_market(parameters, built.coin(0)), 0)


def swap(
    market: Market,
    direction: Direction,
    amount_in: int,
    funding: Funding,
    *,
    min_out: int = 1,
) -> Swap:
    """Trade satoshis for tokens (direction 1) or tokens for satoshis (0).

    The proceeds and the rest of the coins go to the change address of `funding`. Raises
    BuildError, also if the trade would give less than `min_out`.
    """
    if not 1 <= amount_in <= MAX_AMOUNT:
        raise BuildError(f"amount {amount_in} is out of range: expected 1 to {MAX_AMOUNT}")
    fill = trade(market.reserves, direction, amount_in)
    out = fill.amount_out
    if out < max(1, min_out):
        raise BuildError(f"{amount_in} would give {out}: expected at least {max(1, min_out)}")
    builder = (
        funding.builder()
        .spend(market.coin, ScriptUnlocker((), market.parameters.contract.code))
        .pay(market.parameters.output(fill.reserves))
    )
    built = builder.build()
    return Swap(built, read_market(market.parameters, built.coin(0)), out)


def change_reserves(
    market: Market, reserves: Reserves | None, key: PrivateKey, funding: Funding
) -> BuiltTransaction:
    """Set the reserves as the owner; with None, end the pool.

    What the pool releases goes to the change address of `funding`. Raises BuildError.
    """
    parameters = market.parameters
    if key.public_key_hash != parameters.owner:
        raise BuildError("the key is not the pool owner's")
    unlocker = ScriptUnlocker((Signature(key), key.public_key), parameters.contract.code)
    builder = funding.builder().spend(market.coin, unlocker)
    if reserves is not None:
        builder = builder.pay(parameters.output(reserves))
    return builder.build()
