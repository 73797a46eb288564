"""The current pool, read from its coins and transactions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from ...errors import BuildError, DecodeError
from ...transaction.model import Capability, Output, Token, Transaction
from ...wallet.coins import Coin
from ..action import BUY, SELL, Direction
from ..coins import commitment_of, pool_output, vault_output
from ..events import Event
from .clearing import Clearing
from .epoch import Batch, Epoch, Slot
from .scripts import Scripts, leaf_of
from .settlement import Order, Places, clear_places, executions, find_places
from .state import State

__all__ = ["Pool", "Ticket", "read_order", "read_state", "read_ticket"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A coin that commits to an order by its hash."""

    coin: Coin
    owner: bytes
    leaf: bytes


def read_state(scripts: Scripts, coin: Coin) -> State:
    """Read the state of this pool from its coin. Raises BuildError for any other coin."""
    try:
        return State.decode(commitment_of(coin, scripts), coin.value)
    except DecodeError as error:
        raise BuildError(f"the coin {coin} is not a pool: {error}") from error


def read_ticket(scripts: Scripts, coin: Coin) -> Ticket:
    """Read a ticket of this pool. Raises BuildError for any other coin."""
    found = scripts.read_ticket(coin.locking_bytecode)
    if found is None:
        raise BuildError(f"the coin {coin} is not a ticket of this pool")
    return Ticket(coin, *found)


def read_order(scripts: Scripts, coin: Coin, slot: tuple[bytes, int] | None = None) -> Order:
    """Read an order of this pool; what the coin holds gives the direction and the amount.

    `slot` is the outpoint of the slot that was spent for it, where that is known. An order that
    holds other tokens is a buy, and its tokens are lost. Raises BuildError for any other coin.
    """
    terms = scripts.read_order(coin.locking_bytecode)
    if terms is None:
        raise BuildError(f"the coin {coin} is not an order of this pool")
    token, bond = coin.token, scripts.parameters.bond
    direction: Direction = BUY
    amount = coin.value - bond
    if token is not None and _is_traded(token, scripts):
        direction, amount = SELL, token.amount
    return Order(
        coin,
        direction,
        amount,
        int.from_bytes(terms[:8], "little"),
        terms[8:28],
        terms[28:],
        leaf_of(coin.output, terms),
        slot,
    )


def _is_traded(token: Token, scripts: Scripts) -> bool:
    """Return whether the script sees exactly this category, as it does beside an immutable NFT."""
    if token.category != scripts.parameters.token_category:
        return False
    return token.nft is None or token.nft.capability is Capability.NONE


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool: its scripts, both its coins, its state, and its epochs.

    `current` is the epoch that is being revealed, `next` the one that takes tickets.
    """

    scripts: Scripts = field(repr=False)
    coin: Coin
    vault: Coin
    state: State
    current: Epoch = field(default_factory=Epoch)
    next: Epoch = field(default_factory=Epoch)

    def find_orders(self, coins: Iterable[Coin]) -> list[Order]:
        """Return the orders among any coins that have a place in the current epoch, one for each.

        What else is there is left out: coins of others, orders of other epochs, a second order
        for a place, and what holds less than the bond.
        """
        scripts, found = self.scripts, {}
        places = Counter(slot.leaf for slot in self.current)
        for coin in coins:
            is_order = scripts.read_order(coin.locking_bytecode) is not None
            if not is_order or coin.value < scripts.parameters.bond:
                continue
            order = read_order(scripts, coin)
            if places[order.leaf]:
                places[order.leaf] -= 1
                found[coin.outpoint] = order
        return list(found.values())

    def plan(self, orders: Sequence[Order]) -> tuple[Places, Clearing]:
        """Find the place of each order of the current epoch, and clear them.

        Raises BuildError for an order that has no place.
        """
        places = find_places(self.current, orders)
        return places, clear_places(self.scripts.parameters, self.state.reserves, places)

    def follow(
        self, transaction: Transaction, source_outputs: Sequence[Output]
    ) -> tuple[Pool | None, Event]:
        """Return the pool after a transaction that spends it (None after an exit), and the event.

        The transaction must be one that nodes accept: what the scripts enforce is not checked
        again. Raises BuildError for a transaction that does not spend this pool.
        """
        spent = [(item.outpoint_hash, item.outpoint_index) for item in transaction.inputs]
        if spent[:1] != [self.coin.outpoint]:
            raise BuildError("the transaction does not spend this pool as its first input")
        coin = Coin.of(transaction, 0)
        token = coin.token
        if token is None or token.category != self.scripts.parameters.pool_category:
            return None, Event("exit", coin.txid)
        state = read_state(self.scripts, coin)
        if self.vault.outpoint not in spent:
            return self._appended(transaction, coin, state)
        after = replace(self, coin=coin, vault=Coin.of(transaction, 1), state=state)
        if state.collected:
            return self._settled(after, transaction, source_outputs)
        is_owner = replace(state, collected=0) != replace(self.state, collected=0)
        if state.current == self.state.current and is_owner:
            return self._owned(after, coin)
        dropped = tuple(slot.entry for slot in self.current)
        after = replace(after, current=self.next, next=Epoch())
        return after._proven(), Event("turn", coin.txid, entries=dropped)

    def _proven(self) -> Pool:
        """Return this pool if its epochs and coins are those of its state. Raises BuildError."""
        if (self.current.closed_chain, self.next.chain) != (self.state.current, self.state.next):
            raise BuildError(
                f"the coin {self.coin} holds other epochs than the pool that was followed"
            )
        vault = vault_output(self.scripts, self.state, self.vault.value)
        held = self.vault.token
        if held is not None and held.nft is not None:
            # Scripts cannot see whether somebody put one into the vault.
            held = replace(held, nft=None)
        found = self.coin.output, replace(self.vault.output, token=held)
        if found != (pool_output(self.scripts, self.state), vault):
            raise BuildError(f"the coins {self.coin} and {self.vault} are not a pool and its vault")
        return self

    def _appended(self, transaction: Transaction, coin: Coin, state: State) -> tuple[Pool, Event]:
        slots = []
        for index in range(1, state.collected + 1):
            made = Coin.of(transaction, index)
            leaf = self.scripts.read_slot(made.locking_bytecode)
            if leaf is None:
                raise BuildError(f"output {index} is not a slot of this pool")
            slots.append(Slot(made, leaf))
        batch = Batch(self.coin.outpoint_hash, coin.outpoint_hash, tuple(slots))
        after = replace(self, coin=coin, state=state, next=self.next.add(batch))
        entries = tuple(slot.entry for slot in slots)
        return after._proven(), Event("sequence", coin.txid, entries=entries)

    def _owned(self, after: Pool, coin: Coin) -> tuple[Pool, Event]:
        if self.next:
            batch = Batch(self.coin.outpoint_hash, coin.outpoint_hash, ())
            after = replace(after, next=self.next.add(batch))
        return after._proven(), Event("owner", coin.txid)

    def _settled(
        self, after: Pool, transaction: Transaction, source_outputs: Sequence[Output]
    ) -> tuple[Pool, Event]:
        places: list[Order | Slot] = []
        for index, slot in enumerate(self.current, 2):
            item = transaction.inputs[index]
            coin = Coin(item.outpoint_hash, item.outpoint_index, source_outputs[index])
            is_silent = coin.outpoint == slot.coin.outpoint
            places.append(slot if is_silent else read_order(self.scripts, coin))
        parameters, reserves = self.scripts.parameters, self.state.reserves
        clearing = clear_places(parameters, reserves, tuple(places))
        done = tuple(
            replace(each, payout=transaction.outputs[2 + at])
            for at, each in enumerate(executions(parameters, tuple(places), clearing))
        )
        silent = tuple(place.entry for place in places if isinstance(place, Slot))
        after = replace(after, current=self.next, next=Epoch())
        return after._proven(), Event("execute", after.coin.txid, entries=silent, executions=done)
