"""The builders of the direct profile: genesis, commit, reveal, expire, exit."""

from __future__ import annotations

from dataclasses import replace

from ...crypto.hashes import hash160
from ...errors import BuildError
from ...script.patterns import p2pkh
from ...transaction.constants import LOCKTIME_IN_FORCE
from ...transaction.model import Output, Token, Transaction
from ...vm.rules.upgrades import BCH_2025
from ...wallet.balance import Spend
from ...wallet.builder import TransactionBuilder
from ...wallet.funding import Funding
from ...wallet.keys import PrivateKey
from ...wallet.unlockers import ScriptUnlocker, Signature
from ..action import BUY, Action, deadline_height
from ..coins import nft_in, pool_output, vault_output
from ..events import Entry, Event
from ..formula import Reserves
from ..genesis import build_genesis, read_genesis, require_deep, require_new
from ..queue import Queue
from ..step import BuiltStep, check_height, take_step
from .parameters import Parameters
from .pool import Pool, new_queue
from .scripts import Scripts
from .state import COUNTS, State

__all__ = ["Step", "check_genesis", "commit", "exit_pool", "expire", "genesis", "reveal"]

Step = BuiltStep[Pool]
"""A transaction, the pool after it (None after an exit), and what it did."""


def _take(pool: Pool, builder: TransactionBuilder) -> Step:
    return take_step(pool, builder)


def _siblings(queue: Queue, index: int) -> list[bytes]:
    """Return the siblings of one slot, the leaf's own last."""
    return [sibling or empty for sibling, empty in reversed(queue.proof(index, 1))]


def _builder(funding: Funding, *, locktime: int = 0) -> TransactionBuilder:
    return replace(funding.builder(locktime=locktime), rules=BCH_2025)


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
    scripts = Scripts(parameters)
    builder, state = _builder(funding), State.empty(reserves)
    built = build_genesis(builder, scripts, state, first, vault_value=vault_value)
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
    state = State.empty(reserves)
    require_new(coin, scripts, state)
    return Pool(scripts, coin, vault, state, new_queue())


def commit(pool: Pool, action: Action, deadline: int, height: int, funding: Funding) -> Step:
    """Queue the hash of an action; `funding` pays the bond. Raises BuildError.

    `height` is that of the last block; from height `deadline` on the order can be expired.
    """
    check_height(height)
    check_height(deadline)
    parameters = pool.scripts.parameters
    if deadline > height + parameters.max_wait:
        raise BuildError(
            f"deadline {deadline} is out of range: expected at most"
            f" {height + parameters.max_wait}, {parameters.max_wait} blocks from now"
        )
    if not pool.queue.room():
        raise BuildError(f"the queue is full: {pool.state.pending} orders are waiting")
    if not funding.coins:
        raise BuildError("a commit needs coins in its funding: they pay the bond")
    entry = Entry(pool.queue.tail, deadline, action.hash)
    queue = pool.queue.append([hash160(entry.preimage)])
    state = replace(pool.state, root=queue.root, tail=queue.tail % COUNTS)
    items = (*_siblings(pool.queue, pool.queue.tail), entry.preimage)
    builder = (
        _builder(funding, locktime=height)
        .spend(pool.coin, ScriptUnlocker(items, pool.scripts.pool.code), sequence=LOCKTIME_IN_FORCE)
        .pay(pool_output(pool.scripts, state))
    )
    return _take(pool, builder)


def reveal(pool: Pool, action: Action, funding: Funding) -> Step:
    """Reveal and execute the action at the head of the queue, paid from the coins of `funding`.

    Output 2 pays the owner the bond and what was bought. If the order cannot be filled, it
    pays only the bond, and the trader keeps the funds. Raises BuildError.
    """
    scripts, parameters = pool.scripts, pool.scripts.parameters
    if not pool.entries:
        raise BuildError("no order is queued: nothing to reveal")
    entry = pool.entries[0]
    if entry.action_hash != action.hash:
        raise BuildError(f"the order at the head, index {entry.index}, is for another action")
    fill = pool.fill(action)
    queue = pool.queue.take(1)
    state = replace(
        pool.state,
        bch_reserve=fill.reserves.bch,
        token_reserve=fill.reserves.tokens,
        root=queue.root,
        head=queue.head % COUNTS,
    )
    bought = action.direction == BUY and fill.is_filled
    token = Token(parameters.token_category, fill.amount_out) if bought else None
    value = parameters.bond + (0 if action.direction == BUY else fill.amount_out)
    items = (
        *_siblings(pool.queue, pool.queue.head),
        entry.deadline.to_bytes(4, "little") + action.encode(),
    )
    builder = (
        _builder(funding)
        .spend(pool.coin, ScriptUnlocker((), scripts.pool.code))
        .spend(pool.vault, ScriptUnlocker(items, scripts.vault.code))
        .pay(
            pool_output(scripts, state),
            vault_output(scripts, state, pool.vault.value, nft=nft_in(pool.vault)),
            Output(value, p2pkh(action.owner), token),
        )
    )
    return _take(pool, builder)


def expire(pool: Pool, height: int, funding: Funding) -> Step:
    """Expire the order at the head of the queue; its tip pays the fee.

    The rest of the tip goes to the change of `funding`. `height` is that of the last block.
    Raises BuildError if it is too early.
    """
    check_height(height)
    if not pool.entries:
        raise BuildError("no order is queued: nothing to expire")
    entry, parameters = pool.entries[0], pool.scripts.parameters
    due = deadline_height(entry.deadline)
    if height < due:
        raise BuildError(
            f"height {height} is too early to expire the order: expected at least {due}"
        )
    queue = pool.queue.take(1)
    state = replace(
        pool.state,
        bch_reserve=pool.state.bch_reserve + parameters.bond - parameters.tip,
        root=queue.root,
        head=queue.head % COUNTS,
    )
    items = (*_siblings(pool.queue, pool.queue.head), entry.preimage)
    builder = (
        _builder(replace(funding, coins=()), locktime=height)
        .spend(pool.coin, ScriptUnlocker(items, pool.scripts.pool.code), sequence=LOCKTIME_IN_FORCE)
        .pay(pool_output(pool.scripts, state))
    )
    return _take(pool, builder)


def exit_pool(pool: Pool, key: PrivateKey, funding: Funding) -> Step:
    """End a pool whose queue is empty; all it holds, less the fee, goes to the change address.

    Raises BuildError.
    """
    scripts, parameters = pool.scripts, pool.scripts.parameters
    if key.public_key_hash != parameters.owner:
        raise BuildError("the key is not the pool owner's")
    if pool.state.pending:
        raise BuildError(f"{pool.state.pending} orders are queued: the pool cannot end yet")
    if funding.change_bytecode is None:
        raise BuildError("an exit needs funding with a change address")
    tokens = pool.state.token_reserve
    token = Token(parameters.token_category, tokens, nft_in(pool.vault))
    unlocker = ScriptUnlocker((Signature(key), key.public_key), scripts.vault.code)
    builder = (
        _builder(replace(funding, coins=()))
        .burn(parameters.pool_category)
        .spend(pool.coin, ScriptUnlocker((), scripts.pool.code))
        .spend(pool.vault, unlocker)
        .pay(Output(pool.vault.value, funding.change_bytecode, token))
    )
    return _take(pool, builder)
