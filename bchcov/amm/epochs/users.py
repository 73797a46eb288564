"""The traders' transactions: tickets, orders, and refunds of both."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import BuildError
from ...transaction.model import Output, Token
from ...wallet.builder import BuiltTransaction
from ...wallet.coins import Coin
from ...wallet.funding import Funding
from ...wallet.keys import PrivateKey
from ...wallet.unlockers import RawUnlocker, ScriptUnlocker, Signature
from ..action import BUY, Action
from ..step import build_verified
from .epoch import Slot
from .pool import Ticket, read_order, read_ticket
from .scripts import Scripts, encode_terms, leaf_of
from .settlement import Order

__all__ = [
    "DEFAULT_TIP",
    "NewOrder",
    "NewTicket",
    "make_order",
    "make_ticket",
    "order_output",
    "refund",
]

DEFAULT_TIP = 300
"""What a ticket pays, in satoshis, to whoever appends it: a bit more than its bytes in a batch."""


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


def order_output(scripts: Scripts, action: Action) -> Output:
    """Make the output that reveals an action: a buy holds satoshis, a sale tokens, and the bond."""
    locking, parameters = scripts.order(encode_terms(action)), scripts.parameters
    if action.direction == BUY:
        return Output(parameters.bond + action.amount_in, locking)
    return Output(parameters.bond, locking, Token(parameters.token_category, action.amount_in))


def commit(scripts: Scripts, action: Action) -> bytes:
    """Compute the leaf of an action: the hash of the order that will reveal it."""
    return leaf_of(order_output(scripts, action), encode_terms(action))


def make_ticket(
    scripts: Scripts, action: Action, funding: Funding, *, tip: int = DEFAULT_TIP
) -> NewTicket:
    """Commit to an action: make a coin with the bond and `tip` satoshis for the builder.

    Raises BuildError.
    """
    if tip < 0:
        raise BuildError(f"tip {tip} is out of range: expected at least 0 satoshis")
    locking = scripts.ticket(action.owner, commit(scripts, action))
    output = Output(scripts.parameters.bond + tip, locking)
    built = funding.builder().pay(output).build()
    return NewTicket(built, read_ticket(scripts, built.coin(0)))


def make_order(scripts: Scripts, action: Action, slot: Slot, funding: Funding) -> NewOrder:
    """Reveal the action of a slot: spend it to a coin that holds the funds to trade.

    The slot holds the bond, `funding` what is traded: satoshis for a buy, tokens for a sale.
    Raises BuildError for an action other than the one committed to, and BuildRefused with the
    slot's check if the slot says otherwise.
    """
    output = order_output(scripts, action)
    if leaf_of(output, encode_terms(action)) != slot.leaf:
        raise BuildError(f"the slot {slot.coin} is for another action")
    spending = funding.builder().spend(slot.coin, RawUnlocker()).pay(output)
    built = build_verified(scripts, spending)
    coin: Coin = built.coin(0)
    return NewOrder(built, read_order(scripts, coin, slot.coin.outpoint))


def refund(
    scripts: Scripts, held: Ticket | Order, key: PrivateKey, funding: Funding
) -> BuiltTransaction:
    """Take back a ticket or an order; all it holds goes to the change address of `funding`.

    The transaction can be confirmed once the coin is `refund_delay` blocks old, or
    `order_delay` for an order. Raises BuildError if the key is not the owner's.
    """
    is_ticket = isinstance(held, Ticket)
    if held.owner != key.public_key_hash:
        raise BuildError(f"the key is not that of the owner of the coin {held.coin}")
    if funding.change_bytecode is None:
        raise BuildError("a refund needs funding with a change address")
    unlocker = ScriptUnlocker((Signature(key), key.public_key))
    parameters = scripts.parameters
    delay = parameters.refund_delay if is_ticket else parameters.order_delay
    return funding.builder().spend(held.coin, unlocker, sequence=delay).build()
