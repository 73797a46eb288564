"""The pool's and the vault's outputs, and what an honest genesis makes of them."""

from __future__ import annotations

from typing import Protocol

from ..errors import BuildError
from ..transaction.model import Capability, Nft, Output, Token, Transaction
from ..wallet.coins import Coin
from .action import MOST_AMOUNT
from .formula import Reserves

__all__ = ["check_reserves", "commitment_of", "genesis_coins", "pool_output", "vault_output"]

_MOST_SATOSHIS = 21 * 10**14


class _Parameters(Protocol):
    @property
    def pool_category(self) -> bytes: ...
    @property
    def token_category(self) -> bytes: ...
    @property
    def bond(self) -> int: ...
    @property
    def min_reserve(self) -> int: ...


class _Scripts(Protocol):
    @property
    def parameters(self) -> _Parameters: ...
    @property
    def pool_bytecode(self) -> bytes: ...
    @property
    def vault_bytecode(self) -> bytes: ...


class _State(Protocol):
    @property
    def bch_reserve(self) -> int: ...
    @property
    def token_reserve(self) -> int: ...
    @property
    def pending(self) -> int: ...
    def encode(self) -> bytes: ...


def pool_output(scripts: _Scripts, state: _State) -> Output:
    """The output that holds a state: its value is bch_reserve + bond * (tail - head)."""
    parameters = scripts.parameters
    value = state.bch_reserve + parameters.bond * state.pending
    nft = Nft(state.encode(), Capability.MUTABLE)
    return Output(value, scripts.pool_bytecode, Token(parameters.pool_category, 0, nft))


def vault_output(scripts: _Scripts, state: _State, value: int) -> Output:
    """The output that holds the tokens of a state, and `value` satoshis."""
    token = Token(scripts.parameters.token_category, state.token_reserve)
    return Output(value, scripts.vault_bytecode, token)


def commitment_of(coin: Coin, scripts: _Scripts) -> bytes:
    """The commitment of a pool's NFT. Raises BuildError for a coin that is not this pool."""
    token = coin.token
    if coin.locking_bytecode != scripts.pool_bytecode or token is None or token.nft is None:
        raise BuildError(f"the coin {coin} is not this pool")
    if token.category != scripts.parameters.pool_category:
        raise BuildError(f"the coin {coin} holds an NFT of another category than this pool's")
    return token.nft.commitment


def check_reserves(reserves: Reserves, least: int) -> None:
    """Raise BuildError for reserves that no pool has; `least` is the fewest satoshis."""
    for what, amount, low, most in (
        ("satoshis", reserves.bch, least, _MOST_SATOSHIS),
        ("tokens", reserves.tokens, 1, MOST_AMOUNT),
    ):
        if not low <= amount <= most:
            raise BuildError(f"a reserve of {amount} {what}: it lies in {low}..{most}")


def genesis_coins(transaction: Transaction, scripts: _Scripts) -> tuple[Coin, Coin, Reserves]:
    """The pool and the vault that a genesis made, and what is in them.

    Raises BuildError where the category is not made here, has another NFT or any tokens,
    or an output is not locked by these scripts.
    """
    category = scripts.parameters.pool_category
    first = transaction.inputs[0]
    if (first.outpoint_hash, first.outpoint_index) != (category, 0):
        raise BuildError("the category of the pool is not made by the first input")
    if len(transaction.outputs) < 2:
        raise BuildError("a genesis has a pool and a vault; this one has one output")
    made = [output.token for output in transaction.outputs if output.token is not None]
    made = [token for token in made if token.category == category]
    if len(made) != 1 or made[0].nft is None or made[0].amount:
        raise BuildError("the pool's category has more than the one NFT of the pool")
    coin, vault = Coin.of(transaction, 0), Coin.of(transaction, 1)
    if coin.token is None or coin.token.category != category:
        raise BuildError("output 0 does not hold the pool's NFT")
    if made[0].nft.capability is not Capability.MUTABLE:
        raise BuildError(f"the pool's NFT is {made[0].nft.capability.name}, not MUTABLE")
    if coin.locking_bytecode != scripts.pool_bytecode:
        raise BuildError("output 0 is not locked by the pool's script with these parameters")
    if vault.locking_bytecode != scripts.vault_bytecode:
        raise BuildError("output 1 is not locked by the vault's script with these parameters")
    if vault.token is None or vault.token.nft is not None:
        raise BuildError("the vault holds no tokens, or an NFT")
    if vault.token.category != scripts.parameters.token_category:
        raise BuildError("the vault does not hold the tokens that trade")
    reserves = Reserves(coin.value, vault.token.amount)
    check_reserves(reserves, scripts.parameters.min_reserve)
    return coin, vault, reserves
