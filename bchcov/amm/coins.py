"""The outputs of a pool and of its vault: the same for both profiles."""

from __future__ import annotations

from typing import Protocol

from ..errors import BuildError
from ..transaction.constants import MAX_MONEY
from ..transaction.model import Capability, Nft, Output, Token
from ..wallet.coins import Coin
from .action import MAX_AMOUNT
from .formula import Reserves
from .parameters import PoolParameters

__all__ = [
    "PoolScripts",
    "PoolState",
    "check_reserves",
    "commitment_of",
    "nft_in",
    "pool_output",
    "require_coins",
    "require_state",
    "vault_output",
]


class PoolScripts(Protocol):
    """The scripts of a pool, of either profile."""

    @property
    def parameters(self) -> PoolParameters: ...
    @property
    def pool_bytecode(self) -> bytes: ...
    @property
    def vault_bytecode(self) -> bytes: ...


class PoolState(Protocol):
    """The state of a pool, of either profile."""

    @property
    def bch_reserve(self) -> int: ...
    @property
    def token_reserve(self) -> int: ...
    @property
    def pending(self) -> int: ...
    def encode(self) -> bytes: ...


def pool_output(scripts: PoolScripts, state: PoolState) -> Output:
    """Make the output that holds a state; its value is bch_reserve + bond * (tail - head)."""
    parameters = scripts.parameters
    value = state.bch_reserve + parameters.bond * state.pending
    nft = Nft(state.encode(), Capability.MUTABLE)
    return Output(value, scripts.pool_bytecode, Token(parameters.pool_category, 0, nft))


def vault_output(
    scripts: PoolScripts, state: PoolState, value: int, *, nft: Nft | None = None
) -> Output:
    """Make the vault's output: the tokens of a state, and `value` satoshis.

    Somebody may have put an immutable NFT of the tokens' category into the vault.
    """
    token = Token(scripts.parameters.token_category, state.token_reserve, nft)
    return Output(value, scripts.vault_bytecode, token)


def nft_in(vault: Coin) -> Nft | None:
    """Return the NFT in a vault, where somebody has put one."""
    return vault.token.nft if vault.token else None


def require_state(state: PoolState, expected: PoolState) -> None:
    """Raise BuildError unless the state after a transaction is what script enforces."""
    if state != expected:
        raise BuildError(f"the state after the transaction is {state}: expected {expected}")


def require_coins(coin: Coin, vault: Coin, scripts: PoolScripts, state: PoolState) -> None:
    """Raise BuildError unless these are the pool and the vault of a state, of any vault value."""
    held = vault_output(scripts, state, vault.value, nft=nft_in(vault))
    if coin.output != pool_output(scripts, state) or vault.output != held:
        raise BuildError("the outputs are not the pool and the vault of the state")


def commitment_of(coin: Coin, scripts: PoolScripts) -> bytes:
    """Return the commitment of a pool's NFT. Raises BuildError for a coin that is not this pool."""
    token = coin.token
    if coin.locking_bytecode != scripts.pool_bytecode or token is None or token.nft is None:
        raise BuildError(f"the coin {coin} is not this pool")
    if token.category != scripts.parameters.pool_category:
        raise BuildError(f"the coin {coin} holds an NFT of another category")
    return token.nft.commitment


def check_reserves(reserves: Reserves, least: int) -> None:
    """Raise BuildError for reserves out of range; `least` is the minimum in satoshis."""
    for what, amount, low, most in (
        ("satoshis", reserves.bch, least, MAX_MONEY),
        ("tokens", reserves.tokens, 1, MAX_AMOUNT),
    ):
        if not low <= amount <= most:
            raise BuildError(
                f"reserve of {amount} {what} is out of range: expected {low} to {most}"
            )
