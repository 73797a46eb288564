"""The transactions that anybody may build: sequence, execute, expire."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ...crypto.hashes import sha256
from ...errors import BuildError
from ...script.opcodes import Op
from ...transaction.constants import LOCKTIME_IN_FORCE
from ...transaction.model import Output
from ...wallet.coins import Coin
from ...wallet.funding import Funding
from ...wallet.unlockers import Item, RawUnlocker, ScriptUnlocker
from ..action import deadline_height
from ..coins import nft_in, pool_output, vault_output
from ..queue import Queue
from ..step import check_height
from .choosing import Batches, Skipped, choose_orders, choose_tickets
from .pool import Order, Pool, Ticket
from .scripts import EXECUTE_PADDING, SEQUENCE_PADDING, ticket_data
from .state import MAX_COUNT
from .step import Step, take_step

__all__ = [
    "BURNT",
    "EXPIRE",
    "MAX_ORDERS",
    "MAX_TICKETS",
    "execute",
    "execute_all",
    "expire",
    "in_order",
    "sequence",
    "sequence_all",
    "sibling_numbers",
]

MAX_TICKETS = 100
"""The most tickets of one transaction; its budget suffices for them in any state of the queue."""
MAX_ORDERS = 100
"""The most orders of one transaction."""
EXPIRE = -1
"""What an expiry pushes where a sequence says how many tickets it has."""
BURNT = bytes((Op.OP_RETURN,))
"""The locking bytecode of what an expired order forfeits: nobody can spend it."""


def _number(data: bytes) -> int:
    """Read bytes as a VM number that need not be minimally encoded."""
    value, sign = int.from_bytes(data, "little"), 1 << (8 * len(data) - 1)
    return sign - value if value & sign else value


def sibling_numbers(queue: Queue, index: int, count: int) -> tuple[int, ...]:
    """Return the proof of a range as scripts take it: each sibling minus the empty subtree's."""
    return tuple(
        0 if sibling is None else _number(sibling) - _number(empty)
        for sibling, empty in queue.proof(index, count)
    )


def in_order(tickets: Iterable[Ticket]) -> list[Ticket]:
    """Sort tickets as the script requires: by txid as an unsigned number, then by index."""

    def place(ticket: Ticket) -> tuple[bytes, int]:
        return ticket.coin.outpoint_hash[::-1], ticket.coin.outpoint_index

    return sorted(tickets, key=place)


def _check_tickets(pool: Pool, tickets: Sequence[Ticket], height: int) -> None:
    parameters = pool.scripts.parameters
    if pool.state.closed:
        raise BuildError("the pool is closed: it takes no tickets")
    if not tickets:
        raise BuildError("no tickets to queue")
    if len(tickets) > MAX_TICKETS:
        raise BuildError(
            f"{len(tickets)} tickets are too many for one transaction:"
            f" expected at most {MAX_TICKETS}"
        )
    for ticket in tickets:
        due = deadline_height(ticket.deadline)
        if due > height + parameters.max_wait:
            raise BuildError(
                f"the deadline {ticket.deadline} of the ticket {ticket.coin} is out of range:"
                f" expected at most {height + parameters.max_wait}"
            )
        if ticket.coin.value < parameters.bond:
            raise BuildError(
                f"the ticket {ticket.coin} holds {ticket.coin.value} satoshis:"
                f" expected at least the bond of {parameters.bond}"
            )


def sequence(pool: Pool, tickets: Iterable[Ticket], height: int, funding: Funding) -> Step:
    """Queue tickets in one transaction; `height`, that of the last block, is its locktime.

    The tickets are sorted as the script requires. Their tips, less the fee, go to the change
    address of `funding`. Raises BuildError.
    """
    check_height(height)
    scripts = pool.scripts
    batch = in_order(tickets)
    _check_tickets(pool, batch, height)
    tail, count = pool.state.tail, len(batch)
    if tail + count >= MAX_COUNT:
        raise BuildError(
            f"tail {tail + count} is out of range of the pool's counters:"
            f" expected at most {MAX_COUNT - 1}"
        )
    queue = pool.queue.append(
        [sha256(ticket_data(each.deadline, each.action_hash)) for each in batch]
    )
    state = replace(pool.state, root=queue.root, tail=tail + count, collected=count)
    unlocker = ScriptUnlocker(
        (
            *sibling_numbers(pool.queue, tail, count),
            scripts.padding(SEQUENCE_PADDING, count + 1),
            count + 1,
            scripts.queue.code,
        ),
        scripts.pool.code,
    )
    builder = funding.builder(locktime=height).spend(
        pool.coin, unlocker, sequence=LOCKTIME_IN_FORCE
    )
    for ticket in batch:
        builder = builder.spend(ticket.coin, RawUnlocker())
    return take_step(pool, builder.pay(pool_output(scripts, state)))


def sequence_all(
    pool: Pool,
    tickets: Iterable[Ticket],
    height: int,
    funding: Funding,
    *,
    confirmations: Callable[[Coin], int] | None = None,
) -> Batches:
    """Queue all tickets that can be, in as many transactions as the limits require.

    No coin of a stranger's stops this: what cannot be queued is skipped, with the reason, as is
    what has no room or does not pay its batch. With `confirmations`, unconfirmed tickets are
    skipped, too. The coins of `funding` pay for the first transaction only. Raises BuildError
    if the pool is closed or `height` is none.
    """
    check_height(height)
    if pool.state.closed:
        raise BuildError("the pool is closed: it takes no tickets")
    chosen, skipped = choose_tickets(pool, tickets, height, confirmations=confirmations)
    steps: list[Step] = []
    left, reason = in_order(chosen), "the queue is full"
    while left:
        count = min(len(left), MAX_TICKETS, pool.queue.room())
        if not count:
            break
        try:
            steps.append(sequence(pool, left[:count], height, funding))
        except BuildError as error:
            reason = str(error)
            break
        pool, left, funding = steps[-1].pool, left[count:], replace(funding, coins=())
    skipped += [Skipped(ticket.coin, reason) for ticket in left]
    return Batches(tuple(steps), tuple(skipped))


def execute(pool: Pool, orders: Iterable[Order], funding: Funding) -> Step:
    """Execute the first orders of the queue, given in its order, in one transaction.

    Their tips, less the fee, go to the change address of `funding`. The bonds of those that are
    not filled are burnt, but for the tips. Raises BuildError.
    """
    scripts = pool.scripts
    batch = list(orders)
    if len(batch) > MAX_ORDERS:
        raise BuildError(
            f"{len(batch)} orders are too many for one transaction: expected at most {MAX_ORDERS}"
        )
    done = pool.plan(batch)
    count, head, end = len(done), pool.state.head, len(done) + 2
    queue = pool.queue.take(count)
    reserves = done[-1].fill.reserves
    state = replace(
        pool.state,
        bch_reserve=reserves.bch,
        token_reserve=reserves.tokens,
        root=queue.root,
        head=head + count,
        collected=1 - end,
    )
    proof = sibling_numbers(pool.queue, head, count)
    items: tuple[Item, ...] = (*proof, scripts.padding(EXECUTE_PADDING, end), end)
    builder = (
        funding.builder()
        .spend(pool.coin, ScriptUnlocker((), scripts.pool.code))
        .spend(pool.vault, ScriptUnlocker(items, scripts.vault.code))
    )
    for order in batch:
        builder = builder.spend(order.coin, RawUnlocker())
    unfilled = sum(not each.fill.is_filled for each in done)
    burnt = [Output(unfilled * scripts.parameters.forfeit, BURNT)] if unfilled else []
    builder = builder.pay(
        pool_output(scripts, state),
        vault_output(scripts, state, pool.vault.value, nft=nft_in(pool.vault)),
        *(each.payout for each in done),
        *burnt,
    )
    return take_step(pool, builder)


def execute_all(pool: Pool, orders: Iterable[Order], funding: Funding) -> Batches:
    """Execute the revealed orders at the head of the queue, in as many transactions as needed.

    `orders` may be any, in any order: what is not at the head is skipped, with the reason, as is
    what does not pay its batch. The coins of `funding` pay for the first transaction only.
    """
    chosen, skipped = choose_orders(pool, tuple(orders))
    steps: list[Step] = []
    while chosen:
        count = min(len(chosen), MAX_ORDERS, pool.queue.takeable())
        try:
            steps.append(execute(pool, chosen[:count], funding))
        except BuildError as error:
            skipped += [Skipped(order.coin, str(error)) for order in chosen]
            break
        pool, chosen, funding = steps[-1].pool, chosen[count:], replace(funding, coins=())
    return Batches(tuple(steps), tuple(skipped))


def expire(pool: Pool, height: int, funding: Funding) -> Step:
    """Expire the order at the queue's head; `height`, that of the last block, is the locktime.

    The bond but `expiry_tip` is burnt in output 1. That pays the fee, and the rest of it goes to
    the change address of `funding`, whose coins are not used, since the pool must be the only
    input. The transaction can be confirmed once the pool's coin is `grace` blocks old. Raises
    BuildError before the deadline.
    """
    check_height(height)
    scripts, parameters = pool.scripts, pool.scripts.parameters
    if not pool.entries:
        raise BuildError("no order is queued: nothing to expire")
    entry = pool.entries[0]
    due = deadline_height(entry.deadline)
    if height < due:
        raise BuildError(
            f"height {height} is too early to expire the order: expected at least {due}"
        )
    queue = pool.queue.take(1)
    state = replace(
        pool.state,
        root=queue.root,
        head=pool.state.head + 1,
        collected=0,
    )
    items: tuple[Item, ...] = (
        *sibling_numbers(pool.queue, pool.state.head, 1),
        ticket_data(entry.deadline, entry.action_hash),
        EXPIRE,
        scripts.queue.code,
    )
    unlocker = ScriptUnlocker(items, scripts.pool.code)
    builder = replace(funding, coins=()).builder(locktime=height)
    builder = builder.spend(pool.coin, unlocker, sequence=parameters.grace)
    burnt = Output(parameters.bond - parameters.expiry_tip, BURNT)
    return take_step(pool, builder.pay(pool_output(scripts, state), burnt))
