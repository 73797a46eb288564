"""The liquidity provider's transactions, and the check of a pool that somebody else made."""

from __future__ import annotations

from dataclasses import replace

from ...errors import BuildError
from ...transaction.model import Output, Token, Transaction
from ...wallet.balance import Spend
from ...wallet.funding import Funding
from ...wallet.keys import PrivateKey
from ...wallet.unlockers import ScriptUnlocker, Signature
from ..coins import check_reserves, pool_output, vault_output
from ..events import Event
from ..formula import Reserves
from ..genesis import build_genesis, read_genesis, require_deep, require_new
from .parameters import Parameters
from .pool import Pool
from .scripts import Scripts
from .state import State, promote
from .step import Step, spend_both, take_step

__all__ = ["change_reserves", "check_genesis", "exit_pool", "genesis", "set_closed"]


def genesis(
    parameters: Parameters,
    reserves: Reserves,
    first: Spend,
    funding: Funding,
    *,
    vault_value: int = 1_000,
) -> Step:
    """Make a pool: output 0 is its coin, output 1 its vault with `vault_value` satoshis.

    `first` is spent as input 0; it has to be output 0 of its transaction, whose txid is the
    pool's category. Raises BuildError.
    """
    _check_floors(reserves, parameters)
    scripts, state = Scripts(parameters), _new_state(reserves)
    built = build_genesis(funding.builder(), scripts, state, first, vault_value=vault_value)
    pool = check_genesis(built.transaction, parameters)
    return Step(built, pool, Event("genesis", built.txid))


def _new_state(reserves: Reserves) -> State:
    return State(bch_reserve=reserves.bch, token_reserve=reserves.tokens)


def _check_floors(reserves: Reserves, parameters: Parameters) -> None:
    """Raise BuildError unless more is there than what never trades."""
    check_reserves(reserves, parameters.min_reserve + 1)
    if reserves.tokens < 2:
        raise BuildError(f"reserve of {reserves.tokens} tokens is too low: one never trades")


def check_genesis(
    transaction: Transaction, parameters: Parameters, *, confirmations: int | None = None
) -> Pool:
    """Check that a transaction made a valid new pool with these parameters, and read it.

    Who replaces a genesis can make the pool's NFT anew, with a state of their own. With
    `confirmations`, those of the transaction, fewer than 10 are too few: nodes do not replace
    blocks that deep. Raises BuildError that says what is wrong. Do not trust a pool without this
    check.
    """
    require_deep(confirmations)
    scripts = Scripts(parameters)
    coin, vault, reserves = read_genesis(transaction, scripts)
    _check_floors(reserves, parameters)
    state = _new_state(reserves)
    require_new(coin, scripts, state)
    return Pool(scripts, coin, vault, state)


def _signed(pool: Pool, key: PrivateKey) -> ScriptUnlocker:
    scripts = pool.scripts
    if key.public_key_hash != scripts.parameters.owner:
        raise BuildError("the key is not the pool owner's")
    code = scripts.owner.code
    return ScriptUnlocker((Signature(key, covered=code), key.public_key, code), scripts.vault.code)


def _owner_step(pool: Pool, state: State, key: PrivateKey, funding: Funding) -> Step:
    scripts = pool.scripts
    outputs = pool_output(scripts, state), vault_output(scripts, state, pool.vault.value)
    return take_step(pool, spend_both(pool, funding, _signed(pool, key)).pay(*outputs))


def set_closed(pool: Pool, key: PrivateKey, funding: Funding, *, closed: bool = True) -> Step:
    """Close a pool to new tickets, or reopen it while no order waits. Raises BuildError."""
    if pool.state.closed == closed:
        raise BuildError(f"the pool is already {'closed' if closed else 'open'}")
    if not (closed or pool.state.is_idle):
        raise BuildError("orders wait: the pool cannot be reopened yet")
    chain = promote(pool.state.next, pool.coin.outpoint_hash)
    state = replace(pool.state, next=chain, closed=closed, collected=0)
    return _owner_step(pool, state, key, funding)


def change_reserves(pool: Pool, reserves: Reserves, key: PrivateKey, funding: Funding) -> Step:
    """Set the reserves of a pool in which no order waits. Raises BuildError.

    Additions come from the coins of `funding`, withdrawals go to its change address.
    """
    if not pool.state.is_idle:
        raise BuildError("orders wait: the reserves cannot change yet")
    _check_floors(reserves, pool.scripts.parameters)
    state = replace(
        pool.state, bch_reserve=reserves.bch, token_reserve=reserves.tokens, collected=0
    )
    return _owner_step(pool, state, key, funding)


def exit_pool(pool: Pool, key: PrivateKey, funding: Funding) -> Step:
    """End a pool in which no order waits; all it holds, less the fee, goes to the change address.

    The coins of `funding` are not used. Raises BuildError.
    """
    scripts = pool.scripts
    if not pool.state.is_idle:
        raise BuildError("orders wait: the pool cannot end yet")
    if funding.change_bytecode is None:
        raise BuildError("an exit needs funding with a change address")
    token = Token(scripts.parameters.token_category, pool.state.token_reserve)
    builder = spend_both(pool, replace(funding, coins=()), _signed(pool, key))
    builder = builder.burn(scripts.parameters.pool_category)
    return take_step(pool, builder.pay(Output(pool.vault.value, funding.change_bytecode, token)))
