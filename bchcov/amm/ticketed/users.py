"""The traders' transactions: tickets, orders, and refunds of both."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import BuildError
from ...transaction.model import Output, Token
from ...wallet.builder import BuiltTransaction
from ...wallet.funding import Funding
from ...wallet.keys import PrivateKey
from ...wallet.unlockers import ScriptUnlocker, Signature
from ..action import BUY, Action
from ..events import Entry
from ..step import check_height
from .pool import Order, Ticket, read_order, read_ticket
from .scripts import Scripts, order_data, ticket_data

__all__ = ["NewOrder", "NewTicket", "fair_tip", "make_order", "make_ticket", "refund"]

# What a batch of tickets has: less for the first ones, more where siblings stand in the proof.
_BATCH_BYTES, _TICKET_BYTES = 588, 41


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A transaction whose output 0 is a new ticket."""

    built: BuiltTransaction
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A transaction whose output 0 is a new order."""

    built: BuiltTransaction
    order: Order


def fair_tip(tickets: int) -> int:
    """Return the satoshis that each of so many tickets must pay for the batch that queues them.

    At 1 satoshi per byte, with few orders in the queue. Raises BuildError for none.
    """
    if tickets < 1:
        raise BuildError(f"{tickets} tickets share nothing: expected at least 1")
    return -(-(_BATCH_BYTES + _TICKET_BYTES * tickets) // tickets)


def make_ticket(
    scripts: Scripts, action: Action, deadline: int, funding: Funding, *, tip: int = 640
) -> NewTicket:
    """Commit to an action: make a coin with the bond and `tip` satoshis for the builder.

    The default pays for a batch of this ticket alone; `fair_tip` says what suffices in company.

    From height `deadline` on the order can be expired if it is not revealed. Raises
    BuildError.
    """
    check_height(deadline)
    if tip < 0:
        raise BuildError(f"tip {tip} is out of range: expected at least 0 satoshis")
    locking = scripts.ticket(action.owner, ticket_data(deadline, action.hash))
    output = Output(scripts.parameters.bond + tip, locking)
    built = funding.builder().pay(output).build()
    return NewTicket(built, read_ticket(scripts, built.coin(0)))


def make_order(scripts: Scripts, action: Action, entry: Entry, funding: Funding) -> NewOrder:
    """Reveal the action of a queue entry: make a coin that holds the funds to trade.

    A buy holds its satoshis; a sale its tokens and `order_value` satoshis, which are paid back.
    Raises BuildError for an action other than the one committed to.
    """
    if action.hash != entry.action_hash:
        raise BuildError(f"the order at index {entry.index} is for another action")
    parameters = scripts.parameters
    locking = scripts.order(action.owner, order_data(entry.deadline, action))
    if action.direction == BUY:
        output = Output(action.amount_in, locking)
    else:
        token = Token(parameters.token_category, action.amount_in)
        output = Output(parameters.order_value, locking, token)
    built = funding.builder().pay(output).build()
    return NewOrder(built, read_order(scripts, built.coin(0)))


def refund(
    scripts: Scripts, held: Ticket | Order, key: PrivateKey, funding: Funding
) -> BuiltTransaction:
    """Take back a ticket or an order; all it holds goes to the change address of `funding`.

    The transaction can be confirmed once a ticket is `refund_delay`, an order
    `order_refund_delay` blocks old. Raises BuildError if the key is not the owner's.
    """
    parameters = scripts.parameters
    if isinstance(held, Ticket):
        owner, delay = held.owner, parameters.refund_delay
    else:
        owner, delay = held.action.owner, parameters.order_refund_delay
    if owner != key.public_key_hash:
        raise BuildError(f"the key is not that of the owner of the coin {held.coin}")
    if funding.change_bytecode is None:
        raise BuildError("a refund needs funding with a change address")
    unlocker = ScriptUnlocker((Signature(key), key.public_key))
    builder = funding.builder().spend(held.coin, unlocker, sequence=delay)
    return builder.build()
