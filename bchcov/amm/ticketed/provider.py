"""The liquidity provider's transactions, and the check of a pool that somebody else made."""

from __future__ import annotations

from dataclasses import replace

from ...errors import BuildError
from ...transaction.constants import SEQUENCE_FINAL
from ...transaction.model import Output, Token, Transaction
from ...wallet.balance import Spend
from ...wallet.funding import Funding
from ...wallet.keys import PrivateKey
from ...wallet.unlockers import ScriptUnlocker, Signature
from ..coins import check_reserves, nft_in, pool_output, vault_output
from ..events import Event
from ..formula import Reserves
from ..genesis import build_genesis, read_genesis, require_deep, require_new
from ..queue import Queue
from .parameters import Parameters
from .pool import Pool
from .scripts import Scripts
from .state import State
from .step import Step, take_step

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
    scripts, state = Scripts(parameters), State.empty(reserves, parameters.depth)
    built = build_genesis(funding.builder(), scripts, state, first, vault_value=vault_value)
    pool = check_genesis(built.transaction, parameters)
    return Step(built, pool, Event("genesis", built.txid))


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
    state = State.empty(reserves, parameters.depth)
    require_new(coin, scripts, state)
    return Pool(scripts, coin, vault, state, Queue(parameters.depth))


def _signed(pool: Pool, key: PrivateKey) -> ScriptUnlocker:
    scripts = pool.scripts
    if key.public_key_hash != scripts.parameters.owner:
        raise BuildError("the key is not the pool owner's")
    code = scripts.owner.code
    return ScriptUnlocker((Signature(key, covered=code), key.public_key, code), scripts.vault.code)


def _owner_step(
    pool: Pool, state: State, key: PrivateKey, funding: Funding, *, age: int = SEQUENCE_FINAL
) -> Step:
    scripts = pool.scripts
    builder = (
        funding.builder()
        .spend(pool.coin, ScriptUnlocker((), scripts.pool.code))
        .spend(pool.vault, _signed(pool, key), sequence=age)
        .pay(
            pool_output(scripts, state),
            vault_output(scripts, state, pool.vault.value, nft=nft_in(pool.vault)),
        )
    )
    return take_step(pool, builder)


def set_closed(pool: Pool, key: PrivateKey, funding: Funding, *, closed: bool = True) -> Step:
    """Close a pool to new tickets, or reopen it. Raises BuildError.

    It cannot be reopened while orders are queued.
    """
    if pool.state.closed == closed:
        raise BuildError(f"the pool is already {'closed' if closed else 'open'}")
    if pool.state.pending and not closed:
        raise BuildError(f"{pool.state.pending} orders are queued: the pool cannot reopen yet")
    return _owner_step(pool, replace(pool.state, closed=closed, collected=0), key, funding)


def change_reserves(pool: Pool, reserves: Reserves, key: PrivateKey, funding: Funding) -> Step:
    """Set the reserves of a closed pool whose queue is empty. Raises BuildError.

    Additions come from the coins of `funding`, withdrawals go to its change address. The
    transaction can be confirmed once the vault's coin is `notice` blocks old.
    """
    parameters = pool.scripts.parameters
    if pool.state.pending:
        raise BuildError(f"{pool.state.pending} orders are queued: the reserves cannot change yet")
    if not pool.state.closed:
        raise BuildError(
            f"the pool is open: close it, and wait for {parameters.notice} blocks, so that those"
            " who hold tickets can take them back"
        )
    check_reserves(reserves, parameters.min_reserve)
    state = replace(
        pool.state, bch_reserve=reserves.bch, token_reserve=reserves.tokens, collected=0
    )
    return _owner_step(pool, state, key, funding, age=parameters.notice)


def exit_pool(pool: Pool, key: PrivateKey, funding: Funding) -> Step:
    """End a pool whose queue is empty; all it holds, less the fee, goes to the change address.

    The coins of `funding` are not used. Raises BuildError.
    """
    scripts = pool.scripts
    if pool.state.pending:
        raise BuildError(f"{pool.state.pending} orders are queued: the pool cannot end yet")
    if funding.change_bytecode is None:
        raise BuildError("an exit needs funding with a change address")
    category, tokens = scripts.parameters.token_category, pool.state.token_reserve
    token = Token(category, tokens, nft_in(pool.vault))
    builder = (
        replace(funding, coins=())
        .builder()
        .burn(scripts.parameters.pool_category)
        .spend(pool.coin, ScriptUnlocker((), scripts.pool.code))
        .spend(pool.vault, _signed(pool, key))
        .pay(Output(pool.vault.value, funding.change_bytecode, token))
    )
    return take_step(pool, builder)
