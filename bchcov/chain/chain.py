"""A chain for contracts of any kind: fund, submit, mine, advance, reorganise, roll back.

Submissions are checked as nodes do: by `verify`, and by what only a chain knows. Mempool and
blocks share one ledger, in which an unconfirmed coin counts as one of the next block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace

from ..encoding.addresses import locking_bytecode_of
from ..errors import ChainError
from ..transaction.codec import transaction_hash, transaction_id
from ..transaction.model import Output, Transaction
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import BCH_2026
from ..wallet.coins import Coin
from ..wallet.destinations import Destination
from .admission import judge, known_already, unmet_fee
from .blocks import Block, make_coinbase, make_funding, median_time
from .given import (
    Given,
    check_coin,
    check_start,
    outputs_of,
    time_after,
    transaction_of,
    transactions_of,
    whole,
)
from .ledger import Ledger
from .mempool import Mempool
from .pace import TODAY, LockScale, Pace
from .store import Change, Records, Store
from .submission import Submission

__all__ = ["Chain"]

_NOBODY = b"\x6a"


class Chain:
    """A chain in memory; `ChainFile` keeps one in a file.

    `rules` apply to submissions, their `.consensus` to blocks. Heights start at `height`, times
    at `time`, in seconds since 1970; `fee_rate` is the minimum for relay in satoshis per byte.
    Addresses of another network than `network` are refused. A `pace` but today's is a draft.
    """

    def __init__(
        self,
        rules: RuleSet = BCH_2026,
        *,
        height: int = 0,
        time: int = 1_800_000_000,
        fee_rate: int = 1,
        network: str = "mainnet",
        pace: Pace = TODAY.pace,
    ) -> None:
        check_start(rules, height, time, fee_rate, network)
        self.scale = LockScale(pace, height)
        self.rules, self.fee_rate, self.network = rules, fee_rate, network
        self.blocks = [Block(height, time, bytes(32), ())]
        self._ledger = Ledger()
        self._mempool = Mempool(self._ledger, self.scale)
        self._store: Store | None = None
        self._funded = self._changes = 0

    @classmethod
    def stored(cls, records: Records, store: Store) -> Chain:
        """Restore a chain from a store's records, and write its changes to the store."""
        height, time, rate = records.height, records.time, records.fee_rate
        chain = cls(records.rules, height=height, time=time, fee_rate=rate)
        for block in records.blocks:
            before = chain.median_time
            chain.blocks.append(block)
            chain._ledger.connect(block, before)
            chain._funded += block.is_funding
        for transaction, fee in records.mempool:
            chain._mempool.add(transaction, fee)
        chain._store = store
        return chain

    @property
    def height(self) -> int:
        """The height of the last block."""
        return self.blocks[-1].height

    @property
    def median_time(self) -> int:
        """The median time past of the last block."""
        return median_time(self.blocks, sub_blocks=self.scale.pace.sub_blocks)

    @property
    def lock_height(self) -> int:
        """The highest locktime that is final in the next block: `height`, but for a draft."""
        return self.scale.lock_height(self.height)

    @property
    def mempool(self) -> dict[str, Transaction]:
        """The transactions that wait for a block, by txid, in order of arrival."""
        return self._mempool.transactions

    def coin(self, outpoint: tuple[bytes, int]) -> Coin | None:
        """Return the unspent coin at an outpoint, confirmed or not; None if there is none."""
        record = self._ledger.coins.get(outpoint)
        return None if record is None else Coin(*outpoint, record.output)

    def coins(self, destination: Destination) -> list[Coin]:
        """Return every unspent coin that a script or an address locks, oldest first."""
        found = self._ledger.locked_by(locking_bytecode_of(destination, network=self.network))
        return [Coin(*outpoint, record.output) for outpoint, record in found]

    def unspent(self) -> Iterator[Coin]:
        """Yield every unspent coin of the chain, confirmed or not, in no order that is promised."""
        return (Coin(*outpoint, record.output) for outpoint, record in self._ledger.coins.items())

    def confirmations(self, coin: Coin) -> int:
        """Return how many blocks deep a coin is; 0 in the mempool. Raises ChainError if spent."""
        check_coin(coin)
        record = self._ledger.coins.get(coin.outpoint)
        if record is None:
            raise ChainError(f"the coin {coin} is spent or never existed")
        return 0 if record.height is None else self.height - record.height + 1

    def fund(self, *outputs: Output) -> list[Coin]:
        """Create coins out of nothing, confirmed in a block of their own, spendable at once."""
        outputs = outputs_of(outputs, self.network)
        time = self._time()
        with self._recorded():
            self._funded += 1
            made = make_funding(self._funded, outputs)
            before = self.median_time
            self._append(time, (made,), made=True)
            self._ledger.apply(made, self.height, before, is_made=True)
        return list(Coin.all_of(made))

    def submit(self, transaction: Given) -> Submission:
        """Submit a transaction to the mempool; the first one that spends a coin wins."""
        submission, fee = self._admit(transaction := transaction_of(transaction))
        if submission.ok:
            # Written to disk before it counts as accepted, never the other way round.
            if self._store is not None:
                self._store.write(Change(self._changes + 1, entering=((transaction, fee),)))
            self._mempool.add(transaction, fee)
            self._changes += self._store is not None
        return submission

    def _admit(self, transaction: Transaction) -> tuple[Submission, int]:
        """Check a transaction for the mempool; return the submission and the fee in satoshis."""
        if transaction_id(transaction) in self.mempool:
            return known_already(transaction, self.source_outputs(transaction), self.rules), 0
        submission, fee = self._judge(transaction, self.rules)
        if submission.ok and (problem_of_fee := unmet_fee(transaction, fee, self.fee_rate)):
            submission = replace(submission, error=problem_of_fee)
        return submission, fee

    def _judge(self, transaction: Transaction, rules: RuleSet) -> tuple[Submission, int]:
        height, time, scale = self.height + 1, self.median_time, self.scale
        return judge(transaction, self._ledger, rules, scale=scale, height=height, median_time=time)

    def _time(self, seconds: int | None = None) -> int:
        """Return the time of a block so many seconds after the last one, or at the pace."""
        last, interval = self.blocks[-1].time, self.scale.pace.interval
        return time_after(last, interval if seconds is None else seconds)

    def mine(
        self,
        transactions: Sequence[Given] | None = None,
        *,
        seconds: int | None = None,
        reward_to: Destination = _NOBODY,
    ) -> Block:
        """Confirm the mempool in a block or, as a miner with another policy, these transactions.

        Given transactions are checked by consensus rules and need not be in the mempool; those
        in it that conflict with them are dropped, with all that depend on them. Raises
        TransactionRefused, and changes nothing, if a block cannot contain one of them.
        """
        time = self._time(seconds)
        reward = locking_bytecode_of(reward_to, network=self.network)
        with self._recorded():
            before = self.median_time
            if transactions is None:
                chosen, fees = self._mempool.confirm_all(self.height + 1, before)
            else:
                fees = self._choose(chosen := transactions_of(transactions))
            worth = self.scale.pace.interval
            coinbase = make_coinbase(self.height + 1, fees, reward, seconds=worth)
            self._append(time, (coinbase, *chosen))
            self._ledger.apply(coinbase, self.height, before, is_made=True, is_coinbase=True)
        return self.blocks[-1]

    def _choose(self, transactions: Sequence[Transaction]) -> int:
        """Confirm a miner's own choice instead of the mempool; return the sum of its fees."""
        saved, rules, confirm = self._save(), self.rules.consensus, self._mempool.confirm
        height, time = self.height + 1, self.median_time
        try:
            fees = sum(
                confirm(each, rules, height=height, median_time=time) for each in transactions
            )
        except BaseException:
            self._restore(saved)
            raise
        self._ledger.keep()
        return fees

    def _resubmit(self, transactions: Sequence[Transaction]) -> None:
        """Submit to the mempool what is still valid."""
        for transaction in transactions:
            submission, fee = self._admit(transaction)
            if submission.ok:
                self._mempool.add(transaction, fee)

    def _append(self, time: int, confirmed: Sequence[Transaction], *, made: bool = False) -> None:
        last = self.blocks[-1]
        self.blocks.append(Block(last.height + 1, time, last.hash, tuple(confirmed), made))

    def advance(self, blocks: int, *, seconds: int | None = None) -> None:
        """Mine a number of blocks; the first one confirms the mempool. Raises ChainError."""
        for _ in range(whole(blocks, "blocks", 0)):
            self.mine(seconds=seconds)

    def reorganise(self, depth: int) -> list[Block]:
        """Disconnect the last `depth` blocks, so that their transactions are unconfirmed again.

        Transactions that are still valid return to the mempool, those of the blocks first.
        Returns the blocks, oldest first. Raises ChainError for more blocks than there are, and
        for a block of `fund`, whose coins could not be created again.
        """
        whole(depth, "depth", 0, len(self.blocks) - 1)
        gone = self.blocks[len(self.blocks) - depth :]
        if any(each.is_funding for each in gone):
            raise ChainError("a block that funded coins cannot be disconnected")
        with self._recorded():
            waiting = self._mempool.empty()
            for block in reversed(gone):
                for transaction in (block.transactions[0], *reversed(block.transactions[1:])):
                    self._ledger.revert(transaction)
                self.blocks.pop()
            returned = [each for block in gone for each in block.transactions[1:]]
            self._resubmit([*returned, *waiting])
        return gone

    def source_outputs(self, transaction: Transaction) -> tuple[Output, ...]:
        """Return the outputs that a transaction of this chain spends, in the order of its inputs.

        Raises ChainError if it is neither in the mempool nor in a block.
        """
        spent = self._ledger.undo.get(transaction_hash(transaction))
        if spent is None:
            raise ChainError(f"the transaction {transaction_id(transaction)} is not on this chain")
        return tuple(self._ledger.spent[outpoint].output for outpoint in spent)

    _State = tuple[list[Block], dict[str, Transaction], dict[str, int], int, int]

    def _save(self) -> _State:
        """Save the state; `_restore` or the ledger's `keep` must follow."""
        mark = self._ledger.mark()
        return list(self.blocks), *self._mempool.copies(), self._funded, mark

    def _restore(self, state: _State) -> None:
        self.blocks, transactions, fees, self._funded, mark = state
        self._mempool.restore(transactions, fees)
        self._ledger.roll_back(mark)

    @contextmanager
    def snapshot(self) -> Iterator[Chain]:
        """Undo all changes at the end of the `with` block; nothing of them is stored."""
        state, store, self._store = self._save(), self._store, None
        try:
            yield self
        finally:
            self._restore(state)
            self._store = store

    @contextmanager
    def together(self) -> Iterator[Chain]:
        """Store the changes of the `with` block as one, or undo them if an error ends it."""
        state, store, self._store = self._save(), self._store, None
        try:
            yield self
            number, entries = self._changes + 1, self._mempool.entries()
            change = Change.between(number, state[0], self.blocks, state[1], entries)
            if store is not None and change != Change(number):
                store.write(change)
                self._changes = number
        except BaseException:
            self._restore(state)
            raise
        else:
            self._ledger.keep()
        finally:
            self._store = store

    def _recorded(self) -> AbstractContextManager[object]:
        """Store the changes made within, if there is a store; if that fails, undo them."""
        return nullcontext() if self._store is None else self.together()
