"""The current pool, read from its coins and transactions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ...crypto.hashes import hash160
from ...errors import BuildError, DecodeError
from ...script.pushes import instructions
from ...transaction.model import Output, Transaction
from ...wallet.coins import Coin
from ..action import Action, Direction
from ..coins import commitment_of
from ..events import Entry, Event, Execution
from ..formula import Fill, Reserves, execute
from ..queue import Queue
from .scripts import Scripts
from .state import DEPTH, State

__all__ = ["Pool", "new_queue", "read_action", "read_state"]


def read_state(scripts: Scripts, coin: Coin) -> State:
    """Read the state of this pool from its coin. Raises BuildError for any other coin."""
    try:
        return State.decode(commitment_of(coin, scripts))
    except DecodeError as error:
        raise BuildError(f"the coin {coin} is not a pool: {error}") from error


def read_action(data: bytes) -> Action:
    """Read the 53 bytes of an action. Raises BuildError for any others."""
    if len(data) != 53 or data[0] > 1:
        raise BuildError(f"not an action: 0x{data.hex()}")
    direction: Direction = 1 if data[0] else 0
    amount, minimum = int.from_bytes(data[1:9], "little"), int.from_bytes(data[9:17], "little")
    return Action(direction, amount, minimum, data[17:37], data[37:])


def _read_or_none(data: bytes) -> Action | None:
    """Read an action; None for bytes that scripts accept but this library would not write."""
    try:
        return read_action(data)
    except BuildError:
        return None


def _fill_between(before: Reserves, after: Reserves) -> Fill:
    """Return the fill that led from one pair of reserves to the next, possibly none."""
    bch, tokens = after.bch - before.bch, after.tokens - before.tokens
    return Fill(after, max(bch, tokens), -min(bch, tokens)) if bch or tokens else Fill(after)


def _pushed(unlocking: bytes) -> list[bytes]:
    return [step.data or b"" for step in instructions(unlocking)]


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool: its scripts, both its coins, its state, and the entries of its queue."""

    scripts: Scripts = field(repr=False)
    coin: Coin
    vault: Coin
    state: State
    queue: Queue = field(repr=False)
    entries: tuple[Entry, ...] = ()

    def fill(self, action: Action) -> Fill:
        """Compute the fill that revealing an action at the head of the queue would give."""
        least = self.scripts.parameters.min_reserve
        return execute(self.state.reserves, action, min_reserve=least)

    def follow(
        self,
        transaction: Transaction,
        source_outputs: Sequence[Output],  # noqa: ARG002
    ) -> tuple[Pool | None, Event]:
        """Return the pool after a transaction that spends it (None after an exit), and the event.

        The transaction must be one that nodes accept: what the scripts enforce is not checked
        again. This profile reads all it needs from the transaction itself, without
        `source_outputs`. Raises BuildError for a transaction that does not spend this pool.
        """
        spent = [(item.outpoint_hash, item.outpoint_index) for item in transaction.inputs]
        if spent[:1] != [self.coin.outpoint]:
            raise BuildError("the transaction does not spend this pool as its first input")
        coin = Coin.of(transaction, 0)
        token = coin.token
        if token is None or token.category != self.scripts.parameters.pool_category:
            return None, Event("exit", coin.txid)
        try:
            state = State.decode(token.nft.commitment if token.nft else b"")
        except DecodeError as error:
            raise BuildError(f"output 0 is not a pool: {error}") from error
        after = replace(self, coin=coin, state=state)
        if state.tail != self.state.tail:
            preimage = _pushed(transaction.inputs[0].unlocking_bytecode)[DEPTH]
            entry = Entry(self.queue.tail, int.from_bytes(preimage[:4], "little"), preimage[4:])
            queue = self.queue.append([hash160(entry.preimage)])
            after = replace(after, queue=queue, entries=(*self.entries, entry))
            return after, Event("commit", coin.txid, (entry,))
        taken = self.entries[:1]
        after = replace(after, queue=self.queue.take(1), entries=self.entries[1:])
        if self.vault.outpoint not in spent:
            return after, Event("expire", coin.txid, taken)
        encoded = _pushed(transaction.inputs[1].unlocking_bytecode)[DEPTH][4:]
        after = replace(after, vault=Coin.of(transaction, 1))
        fill, payout = _fill_between(self.state.reserves, state.reserves), transaction.outputs[2]
        done = tuple(Execution(entry, _read_or_none(encoded), fill, payout) for entry in taken)
        return after, Event("reveal", coin.txid, (), done)


def new_queue() -> Queue:
    """Return an empty queue of this profile."""
    return Queue(DEPTH, digest=hash160)
