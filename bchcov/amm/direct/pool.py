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
        raise BuildError(f"the coin {coin} is no pool: {error}") from error


def read_action(data: bytes) -> Action:
    """Read the 53 bytes of an action. Raises BuildError for any others."""
    if len(data) != 53 or data[0] > 1:
        raise BuildError(f"no action: 0x{data.hex()}")
    direction: Direction = 1 if data[0] else 0
    amount, minimum = int.from_bytes(data[1:9], "little"), int.from_bytes(data[9:17], "little")
    return Action(direction, amount, minimum, data[17:37], data[37:])


def _read_or_none(data: bytes) -> Action | None:
    """Read an action; None for bytes that script lets pass and this library would not write."""
    try:
        return read_action(data)
    except BuildError:
        return None


def _moved(before: Reserves, after: Reserves) -> Fill:
    """What moved between two reserves, of which one grew and the other shrank, or none did."""
    bch, tokens = after.bch - before.bch, after.tokens - before.tokens
    return Fill(after, max(bch, tokens), -min(bch, tokens)) if bch or tokens else Fill(after)


def _pushed(unlocking: bytes) -> list[bytes]:
    return [step.data or b"" for step in instructions(unlocking)]


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool: its scripts, both its coins, its state, and who stands in its queue."""

    scripts: Scripts = field(repr=False)
    coin: Coin
    vault: Coin
    state: State
    queue: Queue = field(repr=False)
    entries: tuple[Entry, ...] = ()

    def fill(self, action: Action) -> Fill:
        """What revealing an action at head does to the reserves."""
        least = self.scripts.parameters.min_reserve
        return execute(self.state.reserves, action, min_reserve=least)

    def follow(
        self,
        transaction: Transaction,
        source_outputs: Sequence[Output],  # noqa: ARG002
    ) -> tuple[Pool | None, Event]:
        """Read what a transaction that spends this pool did; no pool is left after an exit.

        The transaction is one that nodes have accepted: what script enforces is not checked
        again, and here it shows all that it did without the outputs it spends. Raises
        BuildError for one that does not spend this pool.
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
            raise BuildError(f"output 0 is no pool: {error}") from error
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
        fill, payout = _moved(self.state.reserves, state.reserves), transaction.outputs[2]
        done = tuple(Execution(entry, _read_or_none(encoded), fill, payout) for entry in taken)
        return after, Event("reveal", coin.txid, (), done)


def new_queue() -> Queue:
    """The empty queue of this profile."""
    return Queue(DEPTH, digest=hash160)
