"""The current pool, read from its coins and transactions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from ...errors import BuildError, DecodeError
from ...transaction.model import Capability, Output, Token, Transaction
from ...wallet.coins import Coin
from ..action import BUY, SELL, Direction
from ..coins import commitment_of, require_coins, require_state
from ..events import Event
from .clearing import Clearing
from .epoch import Batch, Epoch, Slot
from .scripts import Scripts, leaf_of
from .settlement import Order, Places, clear_places, executions, find_places
from .state import NO_EPOCH, State

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

        The state, the coins of pool and vault, and what they hold are computed and compared; the
        authority of the provider and the age of the vault are not. Raises BuildError for a
        transaction that does not spend this pool, or whose outputs are not those of its next state.
        """
        spent = [(item.outpoint_hash, item.outpoint_index) for item in transaction.inputs]
        if spent[:1] != [self.coin.outpoint]:
            raise BuildError("the transaction does not spend this pool as its first input")
        if len(source_outputs) != len(spent) or source_outputs[0] != self.coin.output:
            raise BuildError("the outputs that are said to be spent are others")
        coin = Coin.of(transaction, 0)
        token = coin.token
        # Another coin under the vault's script may stand in for the vault.
        locking = [each.locking_bytecode for each in source_outputs[1:2]]
        has_vault = locking == [self.scripts.vault_bytecode]
        if token is None or token.category != self.scripts.parameters.pool_category:
            if not has_vault or not self.state.is_idle:
                raise BuildError("the pool ends without its vault, or while orders wait")
            return None, Event("exit", coin.txid)
        after = replace(self, coin=coin, state=read_state(self.scripts, coin))
        if not has_vault:
            return self._appended(after, transaction)
        after = replace(after, vault=Coin.of(transaction, 1))
        if after.state.collected:
            return self._settled(after, transaction, source_outputs)
        is_owner = replace(after.state, collected=0) != replace(self.state, collected=0)
        if after.state.current == self.state.current and is_owner:
            return self._owned(after)
        dropped = tuple(slot.entry for slot in self.current)
        return self._turned(after), Event("turn", coin.txid, entries=dropped)

    def _require(self, after: Pool, **changes: int | bytes | bool) -> Pool:
        """Return the pool after a transaction. Raises BuildError if script enforces another."""
        expected = replace(self.state, **{"collected": 0, **changes})  # type: ignore[arg-type]
        require_state(after.state, expected)
        require_coins(after.coin, after.vault, self.scripts, after.state)
        return after

    def _turned(self, after: Pool, **changes: int) -> Pool:
        """Return the pool whose next epoch has become the current one."""
        after = replace(after, current=self.next, next=Epoch())
        current = self.next.closed_chain
        return self._require(after, current=current, next=NO_EPOCH, count=0, **changes)

    def _appended(self, after: Pool, transaction: Transaction) -> tuple[Pool, Event]:
        slots, count = [], after.state.collected
        if not 0 < count < len(transaction.outputs):
            raise BuildError(
                f"{count} tickets are said to be appended: there are no slots for them"
            )
        for index in range(1, count + 1):
            made = Coin.of(transaction, index)
            leaf = self.scripts.read_slot(made.locking_bytecode)
            if leaf is None:
                raise BuildError(f"output {index} is not a slot of this pool")
            slots.append(Slot(made, leaf))
        batch = Batch(self.coin.outpoint_hash, after.coin.outpoint_hash, tuple(slots))
        after = replace(after, next=self.next.add(batch))
        entries = tuple(slot.entry for slot in slots)
        places = self.state.count + count
        after = self._require(after, next=after.next.chain, count=places, collected=count)
        return after, Event("sequence", after.coin.txid, entries=entries)

    def _owned(self, after: Pool) -> tuple[Pool, Event]:
        is_idle = self.state.is_idle
        if not is_idle and self.state.closed:
            raise BuildError("the provider delays those who wait once, and no second time")
        if self.next:
            batch = Batch(self.coin.outpoint_hash, after.coin.outpoint_hash, ())
            after = replace(after, next=self.next.add(batch))
        given = after.state.reserves if is_idle else self.state.reserves
        after = self._require(
            after,
            bch_reserve=given.bch,
            token_reserve=given.tokens,
            next=after.next.chain,
            closed=after.state.closed or not is_idle,
        )
        return after, Event("owner", after.coin.txid)

    def _settled(
        self, after: Pool, transaction: Transaction, source_outputs: Sequence[Output]
    ) -> tuple[Pool, Event]:
        end = 2 + len(self.current)
        if len(source_outputs) < end:
            raise BuildError(f"{end - 2} places are settled, but fewer are there")
        places: list[Order | Slot] = []
        for index, slot in enumerate(self.current, 2):
            item = transaction.inputs[index]
            coin = Coin(item.outpoint_hash, item.outpoint_index, source_outputs[index])
            is_silent = coin.outpoint == slot.coin.outpoint
            place = slot if is_silent else read_order(self.scripts, coin)
            if place.leaf != slot.leaf:
                raise BuildError(f"input {index} is not the order of its place")
            places.append(place)
        orders = sum(isinstance(place, Order) for place in places)
        if len(transaction.outputs) < 2 + orders:
            raise BuildError(f"{orders} orders are settled, but fewer payouts are there")
        parameters, reserves = self.scripts.parameters, self.state.reserves
        clearing = clear_places(parameters, reserves, tuple(places))
        done = tuple(
            replace(each, payout=transaction.outputs[2 + at])
            for at, each in enumerate(executions(parameters, tuple(places), clearing))
        )
        silent = tuple(place.entry for place in places if isinstance(place, Slot))
        given = clearing.reserves
        after = self._turned(
            after, bch_reserve=given.bch, token_reserve=given.tokens, collected=1 - end
        )
        return after, Event("execute", after.coin.txid, entries=silent, executions=done)
