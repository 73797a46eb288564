"""Making a pool, and checking one that somebody else made, for both profiles."""

from __future__ import annotations

from ..errors import BuildError
from ..transaction.model import Capability, Transaction
from ..wallet.balance import Spend
from ..wallet.builder import BuiltTransaction, TransactionBuilder
from ..wallet.coins import Coin
from .coins import PoolScripts, PoolState, check_reserves, pool_output, vault_output
from .formula import Reserves
from .parameters import MIN_VAULT

__all__ = ["build_genesis", "read_genesis", "require_deep", "require_new"]

_FINAL = 10


def build_genesis(
    builder: TransactionBuilder,
    scripts: PoolScripts,
    state: PoolState,
    first: Spend,
    *,
    vault_value: int,
) -> BuiltTransaction:
    """Make a pool: output 0 is its coin, output 1 its vault with `vault_value` satoshis.

    `first` is spent as input 0; it has to be output 0 of its transaction, whose txid is the
    pool's category. Raises BuildError.
    """
    parameters = scripts.parameters
    if first.coin.outpoint_index != 0:
        raise BuildError(
            f"the first coin is output {first.coin.outpoint_index} of its transaction, not 0"
        )
    if first.coin.outpoint_hash != parameters.pool_category:
        raise BuildError("pool_category of the parameters is not the txid of the first coin")
    check_reserves(Reserves(state.bch_reserve, state.token_reserve), parameters.min_reserve)
    outputs = pool_output(scripts, state), vault_output(scripts, state, vault_value)
    spending = builder.spend(first.coin, first.unlocker, sequence=first.sequence)
    return spending.pay(*outputs).build()


def read_genesis(transaction: Transaction, scripts: PoolScripts) -> tuple[Coin, Coin, Reserves]:
    """Read the pool and the vault that a genesis made, and the reserves in them.

    Raises BuildError if the category is not created here, or has another NFT or any tokens, or
    if an output is not locked by these scripts.
    """
    category = scripts.parameters.pool_category
    first = transaction.inputs[0]
    if (first.outpoint_hash, first.outpoint_index) != (category, 0):
        raise BuildError("the first input does not create the category of the pool")
    if len(transaction.outputs) < 2:
        raise BuildError("a genesis has at least two outputs, pool and vault: found one")
    made = [output.token for output in transaction.outputs if output.token is not None]
    made = [token for token in made if token.category == category]
    if len(made) != 1 or made[0].nft is None or made[0].amount:
        raise BuildError("the pool's category is not that of exactly one NFT and no tokens")
    coin, vault = Coin.of(transaction, 0), Coin.of(transaction, 1)
    if coin.token is None or coin.token.category != category:
        raise BuildError("output 0 does not hold the pool's NFT")
    if made[0].nft.capability is not Capability.MUTABLE:
        raise BuildError(f"the pool's NFT is {made[0].nft.capability.name}: expected MUTABLE")
    if coin.locking_bytecode != scripts.pool_bytecode:
        raise BuildError("output 0 is not locked by the pool's script with these parameters")
    if vault.locking_bytecode != scripts.vault_bytecode:
        raise BuildError("output 1 is not locked by the vault's script with these parameters")
    if vault.token is None or vault.token.nft is not None:
        raise BuildError("the vault does not hold tokens only")
    if vault.token.category != scripts.parameters.token_category:
        raise BuildError("the vault does not hold the tokens that trade")
    if vault.value < MIN_VAULT:
        raise BuildError(
            f"the vault holds {vault.value} satoshis: expected at least {MIN_VAULT}, or what spends"
            " it would not be relayed"
        )
    reserves = Reserves(coin.value, vault.token.amount)
    check_reserves(reserves, scripts.parameters.min_reserve)
    return coin, vault, reserves


def require_deep(confirmations: int | None) -> None:
    """Raise BuildError if a genesis has too few confirmations; None if nobody asks.

    Source: Bitcoin Cash Node, `-maxreorgdepth`: blocks 10 deep are final.
    """
    if confirmations is not None and confirmations < _FINAL:
        raise BuildError(
            f"the genesis has {confirmations} confirmations: expected at least {_FINAL}"
        )


def require_new(coin: Coin, scripts: PoolScripts, state: PoolState) -> None:
    """Raise BuildError unless a pool's coin has exactly this state."""
    if coin.output != pool_output(scripts, state):
        raise BuildError("the pool's state is not that of a new pool with these reserves")
