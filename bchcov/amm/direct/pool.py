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
from ..coins import commitment_of, require_coins, require_state
from ..events import Entry, Event, Execution
from ..formula import Fill, Reserves, execute
from ..queue import Queue
from .scripts import Scripts
from .state import COUNTS, DEPTH, State

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


def _item(unlocking: bytes) -> bytes:
    """Return what is pushed after the siblings. Raises BuildError if nothing is."""
    pushed = [step.data or b"" for step in instructions(unlocking)]
    if len(pushed) <= DEPTH:
        raise BuildError(f"{len(pushed)} items are pushed: expected more than {DEPTH}")
    return pushed[DEPTH]


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
        self, transaction: Transaction, source_outputs: Sequence[Output]
    ) -> tuple[Pool | None, Event]:
        """Return the pool after a transaction that spends it (None after an exit), and the event.

        The state, the coins of pool and vault, and what they hold are computed and compared; the
        authority of the provider is not. Raises BuildError for a transaction that does not spend
        this pool, or whose outputs are not those of its next state.
        """
        after, event = self._read(transaction, source_outputs)
        if after is not None:
            self._require(after, event)
        return after, event

    def _read(
        self, transaction: Transaction, source_outputs: Sequence[Output]
    ) -> tuple[Pool | None, Event]:
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
            if not has_vault or self.state.pending:
                raise BuildError("the pool ends without its vault, or with orders in its queue")
            return None, Event("exit", coin.txid)
        try:
            state = State.decode(token.nft.commitment if token.nft else b"")
        except DecodeError as error:
            raise BuildError(f"output 0 is not a pool: {error}") from error
        after = replace(self, coin=coin, state=state)
        if state.tail != self.state.tail:
            preimage = _item(transaction.inputs[0].unlocking_bytecode)
            entry = Entry(self.queue.tail, int.from_bytes(preimage[:4], "little"), preimage[4:])
            queue = self.queue.append([hash160(entry.preimage)])
            after = replace(after, queue=queue, entries=(*self.entries, entry))
            return after, Event("commit", coin.txid, (entry,))
        taken = self.entries[:1]
        after = replace(after, queue=self.queue.take(1), entries=self.entries[1:])
        if not has_vault:
            return after, Event("expire", coin.txid, taken)
        encoded = _item(transaction.inputs[1].unlocking_bytecode)[4:]
        after = replace(after, vault=Coin.of(transaction, 1))
        fill, payout = _fill_between(self.state.reserves, state.reserves), transaction.outputs[2]
        done = tuple(Execution(entry, _read_or_none(encoded), fill, payout) for entry in taken)
        return after, Event("reveal", coin.txid, (), done)

    def _require(self, after: Pool, event: Event) -> None:
        """Raise BuildError unless the pool after a transaction is what script enforces."""
        require_state(after.state, self._expected(after, event))
        require_coins(after.coin, after.vault, self.scripts, after.state)

    def _expected(self, after: Pool, event: Event) -> State:
        queue, parameters = after.queue, self.scripts.parameters
        expected = replace(
            self.state, root=queue.root, head=queue.head % COUNTS, tail=queue.tail % COUNTS
        )
        if queue.tail != self.queue.tail:
            return expected
        if after.vault == self.vault:
            kept = self.state.bch_reserve + parameters.bond - parameters.tip
            return replace(expected, bch_reserve=kept)
        given = after.state.reserves
        for done in event.executions:
            if done.action is not None:
                given = self.fill(done.action).reserves
        if given.product < self.state.reserves.product or given.bch < parameters.min_reserve:
            raise BuildError("the reserves fall below their product, or below their minimum")
        return replace(expected, bch_reserve=given.bch, token_reserve=given.tokens)


def new_queue() -> Queue:
    """Return an empty queue of this profile."""
    return Queue(DEPTH, digest=hash160)
