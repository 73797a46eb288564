"""The transactions that anybody may build: append tickets, settle an epoch, turn to the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ...errors import BuildError
from ...transaction.model import Output
from ...wallet.funding import Funding
from ...wallet.unlockers import Item, RawUnlocker, ScriptUnlocker
from ..coins import pool_output, vault_output
from .clearing import Clearing
from .epoch import Epoch
from .pool import Pool, Ticket
from .settlement import Order, executions, forfeited
from .state import NO_EPOCH, State, append_leaves, promote
from .step import Step, spend_both, take_step

__all__ = ["BURN", "MAX_TICKETS", "chain_items", "execute", "sequence", "sequence_all", "turn"]

MAX_TICKETS = 32
"""The most tickets of one transaction; its budget suffices for them without padding."""
BURN = b"\x6a"
"""The script that nobody can spend, OP_RETURN."""
NO_MARGINAL = (0, -1)


def sequence(pool: Pool, tickets: Iterable[Ticket], funding: Funding) -> Step:
    """Append tickets to the next epoch in one transaction.

    Their tips, less the fee, go to the change address of `funding`. Raises BuildError.
    """
    scripts, parameters = pool.scripts, pool.scripts.parameters
    batch = list(tickets)
    if pool.state.closed:
        raise BuildError("the pool is closed: it takes no tickets")
    room = min(MAX_TICKETS, parameters.most - pool.state.count)
    if not 0 < len(batch) <= room:
        raise BuildError(f"{len(batch)} tickets to append: expected at least 1 and at most {room}")
    for ticket in batch:
        if ticket.coin.value < parameters.bond:
            raise BuildError(
                f"the ticket {ticket.coin} holds {ticket.coin.value} satoshis:"
                f" expected at least the bond of {parameters.bond}"
            )
    leaves = b"".join(ticket.leaf for ticket in batch)
    state = replace(
        pool.state,
        next=append_leaves(pool.state.next, pool.coin.outpoint_hash, leaves),
        count=pool.state.count + len(batch),
        collected=len(batch),
    )
    unlocker = ScriptUnlocker((len(batch) + 1, scripts.append.code), scripts.pool.code)
    builder = funding.builder().spend(pool.coin, unlocker)
    for ticket in batch:
        builder = builder.spend(ticket.coin, RawUnlocker())
    slots = (Output(parameters.bond, scripts.slot(ticket.leaf)) for ticket in batch)
    return take_step(pool, builder.pay(pool_output(scripts, state), *slots))


def sequence_all(pool: Pool, tickets: Iterable[Ticket], funding: Funding) -> list[Step]:
    """Append as many tickets as the epoch has room for, in as many transactions as needed.

    Tickets that hold less than the bond are left out. The coins of `funding` pay for the first
    transaction only. Raises BuildError.
    """
    steps: list[Step] = []
    parameters = pool.scripts.parameters
    left = [ticket for ticket in tickets if ticket.coin.value >= parameters.bond]
    left = left[: parameters.most - pool.state.count]
    while left:
        steps.append(sequence(pool, left[:MAX_TICKETS], funding))
        pool, left, funding = steps[-1].pool, left[MAX_TICKETS:], replace(funding, coins=())
    return steps


def next_state(pool: Pool, **changes: int) -> State:
    """Make the state in which the next epoch has become the current one."""
    current = promote(pool.state.next, pool.coin.outpoint_hash)
    state = replace(pool.state, current=current, next=NO_EPOCH, count=0, collected=0)
    return replace(state, **changes)  # type: ignore[arg-type]


def chain_items(epoch: Epoch) -> tuple[Item, ...]:
    """Return the chain of an epoch as the script takes it."""
    items: list[Item] = [epoch.batches[0].before]
    for batch in epoch.batches:
        items += [len(batch.slots), batch.txid]
    return tuple(items)


def _marginal(clearing: Clearing, inputs: Sequence[int]) -> tuple[int, int]:
    """Return the input of the marginal order and how much of it is filled."""
    at = clearing.marginal
    return NO_MARGINAL if at is None else (inputs[at], clearing.fills[at].amount_in)


def execute(pool: Pool, orders: Iterable[Order], funding: Funding) -> Step:
    """Settle the current epoch: execute the orders that were revealed, drop all other places.

    The transaction can be confirmed once the vault is `window` blocks old. The tips, less the
    fee, go to the change address of `funding`. Raises BuildError.
    """
    scripts, parameters = pool.scripts, pool.scripts.parameters
    if not pool.current:
        raise BuildError("no epoch is being revealed: nothing to settle")
    revealed = list(orders)
    for order in revealed:
        if order.coin.value < parameters.bond:
            raise BuildError(
                f"the order {order.coin} holds {order.coin.value} satoshis:"
                f" expected at least the bond of {parameters.bond}"
            )
    places, clearing = pool.plan(revealed)
    end = 2 + len(places)
    state = next_state(
        pool,
        bch_reserve=clearing.reserves.bch,
        token_reserve=clearing.reserves.tokens,
        collected=1 - end,
    )
    inputs = [2 + at for at, place in enumerate(places) if isinstance(place, Order)]
    items: tuple[Item, ...] = (
        *chain_items(pool.current),
        clearing.bought_with,
        clearing.sold,
        *_marginal(clearing, inputs),
        scripts.padding(end),
        scripts.settle.code,
    )
    unlocker = ScriptUnlocker(items, scripts.vault.code)
    builder = spend_both(pool, funding, unlocker, age=parameters.window)
    for place in places:
        builder = builder.spend(place.coin, RawUnlocker())
    builder = builder.pay(
        pool_output(scripts, state),
        vault_output(scripts, state, pool.vault.value),
        *(each.payout for each in executions(parameters, places, clearing)),
        Output(forfeited(parameters, places, clearing), BURN),
    )
    return take_step(pool, builder)


def turn(pool: Pool, funding: Funding) -> Step:
    """Make the next epoch the current one where none is being revealed.

    The transaction can be confirmed once the vault is `window` blocks old; if there is an epoch,
    which is then abandoned, once it is `abandon` blocks old. Raises BuildError.
    """
    scripts, parameters = pool.scripts, pool.scripts.parameters
    state = next_state(pool)
    unlocker = ScriptUnlocker((scripts.turn.code,), scripts.vault.code)
    age = parameters.abandon if pool.current else parameters.window
    outputs = pool_output(scripts, state), vault_output(scripts, state, pool.vault.value)
    return take_step(pool, spend_both(pool, funding, unlocker, age=age).pay(*outputs))
