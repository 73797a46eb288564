"""The current pool, read from its coins and transactions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ...crypto.hashes import sha256
from ...errors import BuildError, DecodeError
from ...script.patterns import p2pkh
from ...transaction.model import Capability, Output, Token, Transaction
from ...wallet.coins import Coin
from ..action import BUY, SELL, Action, Direction
from ..coins import commitment_of, require_coins, require_state
from ..events import Entry, Event, Execution
from ..formula import Fill, Reserves, execute
from ..parameters import MIN_PAYOUT
from ..queue import Queue
from .scripts import Scripts, order_fields, ticket_fields
from .state import State

__all__ = [
    "Order",
    "Pool",
    "Ticket",
    "read_order",
    "read_state",
    "read_ticket",
]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A coin that commits to an action by its hash."""

    coin: Coin
    owner: bytes
    deadline: int
    action_hash: bytes


@dataclass(frozen=True, slots=True)
class Order:
    """A coin that reveals an action and holds its funds."""

    coin: Coin
    deadline: int
    action: Action


def read_state(scripts: Scripts, coin: Coin) -> State:
    """Read the state of this pool from its coin. Raises BuildError for any other coin."""
    try:
        return State.decode(commitment_of(coin, scripts))
    except DecodeError as error:
        raise BuildError(f"the coin {coin} is not a pool: {error}") from error


def read_ticket(scripts: Scripts, coin: Coin) -> Ticket:
    """Read a ticket of this pool. Raises BuildError for any other coin."""
    found = scripts.read_ticket(coin.locking_bytecode)
    if found is None:
        raise BuildError(f"the coin {coin} is not a ticket of this pool")
    owner, data = found
    return Ticket(coin, owner, int.from_bytes(data[:4], "little"), data[4:])


def read_order(scripts: Scripts, coin: Coin) -> Order:
    """Read an order of this pool; what the coin holds gives the direction and the amount.

    Raises BuildError for any other coin, and for an order that holds nothing to trade.
    """
    found = scripts.read_order(coin.locking_bytecode)
    if found is None:
        raise BuildError(f"the coin {coin} is not an order of this pool")
    return _order_in(scripts, coin, *found)


def _order_in(scripts: Scripts, coin: Coin, owner: bytes, data: bytes) -> Order:
    token, parameters = coin.token, scripts.parameters
    direction: Direction = BUY if token is None else SELL
    if token is not None and not _is_traded(token, parameters.token_category):
        raise BuildError(f"the order {coin} holds tokens that the pool does not trade")
    amount = coin.value if token is None else token.amount
    deadline, minimum = int.from_bytes(data[:4], "little"), int.from_bytes(data[4:12], "little")
    return Order(coin, deadline, Action(direction, amount, minimum, owner, data[12:]))


def _is_traded(token: Token, category: bytes) -> bool:
    """Return whether the script sees exactly this category, as it does beside an immutable NFT."""
    plain = token.nft is None or token.nft.capability is Capability.NONE
    return token.category == category and token.amount > 0 and plain


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool: its scripts, both its coins, its state, and the entries of its queue.

    The entries are in order, from head to tail.
    """

    scripts: Scripts = field(repr=False)
    coin: Coin
    vault: Coin
    state: State
    queue: Queue = field(repr=False)
    entries: tuple[Entry, ...] = ()

    def fill(self, action: Action, reserves: Reserves | None = None) -> Fill:
        """Compute how an order would be filled, with the pool's reserves or others."""
        parameters = self.scripts.parameters
        return execute(
            self.state.reserves if reserves is None else reserves,
            action,
            min_reserve=parameters.min_reserve,
            min_trade=parameters.min_trade,
        )

    def plan(self, orders: Sequence[Order]) -> tuple[Execution, ...]:
        """Compute the executions of orders. Raises BuildError if the queue starts with others."""
        parameters = self.scripts.parameters
        if not 0 < len(orders) <= len(self.entries):
            raise BuildError(
                f"{len(orders)} orders to execute: expected at least 1 and at most the"
                f" {len(self.entries)} queued"
            )
        reserves, done = self.state.reserves, []
        for order, entry in zip(orders, self.entries, strict=False):
            if (order.deadline, order.action.hash) != (entry.deadline, entry.action_hash):
                raise BuildError(
                    f"the order {order.coin} is not the one at index {entry.index} of the queue"
                )
            fill = self.fill(order.action, reserves)
            held = order.coin.token.amount if order.coin.token else 0
            tokens = held - (fill.reserves.tokens - reserves.tokens)
            value = order.coin.value - (fill.reserves.bch - reserves.bch)
            value += parameters.forfeit if fill.is_filled else 0
            token = Token(parameters.token_category, tokens) if tokens else None
            # What would be dust, of an order that only a miner can have made, is topped up.
            payout = Output(max(value, MIN_PAYOUT), p2pkh(order.action.owner), token)
            done.append(Execution(entry, order.action, fill, payout))
            reserves = fill.reserves
        return tuple(done)

    def follow(
        self, transaction: Transaction, source_outputs: Sequence[Output]
    ) -> tuple[Pool | None, Event]:
        """Return the pool after a transaction that spends it (None after an exit), and the event.

        The state, the coins of pool and vault, and what they hold are computed and compared; the
        authority of the provider is not. Raises BuildError for a transaction that does not spend
        this pool, or whose outputs are not those of its next state.
        """
        spent = [(item.outpoint_hash, item.outpoint_index) for item in transaction.inputs]
        if spent[:1] != [self.coin.outpoint]:
            raise BuildError("the transaction does not spend this pool as its first input")
        if len(source_outputs) != len(spent) or source_outputs[0] != self.coin.output:
            raise BuildError("the outputs that are said to be spent are others")
        coin = Coin.of(transaction, 0)
        token = coin.token
        has_vault = self._is_vault(source_outputs[1:2])
        if token is None or token.category != self.scripts.parameters.pool_category:
            if not has_vault or self.state.pending:
                raise BuildError("the pool ends without its vault, or with orders in its queue")
            return None, Event("exit", coin.txid)
        try:
            state = State.decode(token.nft.commitment if token.nft else b"")
        except DecodeError as error:
            raise BuildError(f"output 0 is not a pool: {error}") from error
        after = replace(self, coin=coin, state=state)
        if has_vault:
            after = replace(after, vault=Coin.of(transaction, 1))
        taken, queued = state.head - self.state.head, state.tail - self.state.tail
        if queued > 0 and not taken and not has_vault:
            after, event = self._sequenced(after, source_outputs[1 : 1 + queued])
        elif taken == 1 and not queued and not has_vault:
            after = replace(after, queue=self.queue.take(1), entries=self.entries[1:])
            event = Event("expire", coin.txid, entries=self.entries[:1])
        elif taken > 0 and not queued and has_vault:
            after, event = self._executed(after, transaction, source_outputs)
        elif not taken and not queued and has_vault:
            event = Event("owner", coin.txid)
        else:
            raise BuildError(f"no transaction queues {queued} tickets and takes {taken} orders so")
        self._require(after, event)
        return after, event

    def _is_vault(self, outputs: Sequence[Output]) -> bool:
        """Whether input 1 is the vault, or another coin under its script that stands in for it."""
        return bool(outputs) and outputs[0].locking_bytecode == self.scripts.vault_bytecode

    def _require(self, after: Pool, event: Event) -> None:
        """Raise BuildError unless the pool after an event is what script enforces."""
        state, queued = after.state, len(after.entries) - len(self.entries)
        expected = replace(
            self.state,
            root=after.queue.root,
            head=after.queue.head,
            tail=after.queue.tail,
            collected=max(0, queued) or -(len(event.executions) + bool(event.executions)),
        )
        if event.kind == "owner":
            is_free = self.state.closed and not self.state.pending
            given = state.reserves if is_free else self.state.reserves
            expected = replace(expected, closed=state.closed)
        else:
            done = event.executions
            given = done[-1].fill.reserves if done else self.state.reserves
        expected = replace(expected, bch_reserve=given.bch, token_reserve=given.tokens)
        require_state(state, expected)
        require_coins(after.coin, after.vault, self.scripts, state)

    def _executed(
        self, after: Pool, transaction: Transaction, source_outputs: Sequence[Output]
    ) -> tuple[Pool, Event]:
        taken = after.state.head - self.state.head
        if len(source_outputs) < 2 + taken or len(transaction.outputs) < 2 + taken:
            raise BuildError(f"{taken} orders are taken, but fewer are there")
        after = replace(after, queue=self.queue.take(taken), entries=self.entries[taken:])
        reserves, done = self.state.reserves, []
        for at, entry in enumerate(self.entries[:taken], 2):
            place = transaction.inputs[at]
            coin = Coin(place.outpoint_hash, place.outpoint_index, source_outputs[at])
            action = self._revealed(coin)
            if action is not None and action.hash != entry.action_hash:
                raise BuildError(f"input {at} is not the order at index {entry.index}")
            fill = Fill(reserves) if action is None else self.fill(action, reserves)
            done.append(Execution(entry, action, fill, transaction.outputs[at]))
            reserves = fill.reserves
        return after, Event("execute", after.coin.txid, executions=tuple(done))

    def _revealed(self, coin: Coin) -> Action | None:
        """Read an action where the script looks for it; None for one of nothing."""
        try:
            return _order_in(self.scripts, coin, *order_fields(coin.locking_bytecode)).action
        except BuildError:
            return None

    def _sequenced(self, after: Pool, tickets: Sequence[Output]) -> tuple[Pool, Event]:
        entries = []
        for at, ticket in enumerate(tickets):
            _, data = ticket_fields(ticket.locking_bytecode)
            deadline = int.from_bytes(data[:4], "little")
            entries.append(Entry(self.state.tail + at, deadline, data[4:]))
        queue = self.queue.append([sha256(entry.preimage) for entry in entries])
        after = replace(after, queue=queue, entries=(*self.entries, *entries))
        return after, Event("sequence", after.coin.txid, entries=tuple(entries))
