"""A chain for anybody's contracts: fund, submit, mine, advance, reorganise, roll back.

What is submitted is judged as a node judges it: fully verified, plus what only a chain
knows. Mempool and blocks share one ledger: an unconfirmed coin is one of the next block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from ..errors import BuildError
from ..transaction.codec import encode_transaction, transaction_hash
from ..transaction.model import Input, Output, Transaction
from ..validation.verdict import Problem
from ..validation.verify import verify
from ..vm.rules import RuleSet
from ..vm.rulesets import BCH_2026
from ..wallet.coins import Coin
from .block import Block, median_time
from .finality import CoinAge, unmet_age, unmet_locktime
from .ledger import Ledger, Record
from .submission import Submission

__all__ = ["Chain"]

_COINBASE_MATURITY = 100
_SUBSIDY = 312_500_000
_BLOCK_SECONDS = 600
_NOBODY = b"\x6a"


class Chain:
    """A chain in memory.

    `rules` are those of relay for submissions, and their consensus for blocks. Heights
    begin at `height`, times at `time`, seconds since 1970; `fee_rate` is the least that is
    relayed, satoshis a byte.
    """

    def __init__(
        self,
        rules: RuleSet = BCH_2026,
        *,
        height: int = 0,
        time: int = 1_800_000_000,
        fee_rate: int = 1,
    ) -> None:
        self.rules = rules
        self.fee_rate = fee_rate
        self.blocks = [Block(height, time, bytes(32), ())]
        self.mempool: dict[str, Transaction] = {}
        self._ledger = Ledger()
        self._fees: dict[str, int] = {}
        self._funded = 0

    @property
    def height(self) -> int:
        """The height of the last block."""
        return self.blocks[-1].height

    @property
    def median_time(self) -> int:
        """The median time past of the last block."""
        return median_time(self.blocks)

    def coin(self, outpoint: tuple[bytes, int]) -> Coin | None:
        """The unspent coin at an outpoint, confirmed or not; None where there is none."""
        record = self._ledger.coins.get(outpoint)
        return None if record is None else Coin(*outpoint, record.output)

    def coins(self, locking_bytecode: bytes) -> list[Coin]:
        """Every unspent coin that a script locks, the oldest first."""
        return [
            Coin(*outpoint, record.output)
            for outpoint, record in self._ledger.coins.items()
            if record.output.locking_bytecode == locking_bytecode
        ]

    def confirmations(self, coin: Coin) -> int:
        """How many blocks deep a coin is; 0 in the mempool. Raises BuildError if it is gone."""
        record = self._ledger.coins.get(coin.outpoint)
        if record is None:
            raise BuildError(f"the coin {coin} is spent or was never there")
        return max(0, self.height - record.height + 1)

    def fund(self, *outputs: Output) -> list[Coin]:
        """Make coins out of nothing, confirmed in a block of their own and old enough to spend."""
        self._funded += 1
        nothing = Input(bytes(32), 0xFFFF_FFFF, self._funded.to_bytes(8, "big"))
        made = Transaction((nothing,), outputs)
        waiting = list(self.mempool.values())
        self._take_back()
        before = self.median_time
        self._append(self.blocks[-1].time + _BLOCK_SECONDS, (made,), is_funding=True)
        self._ledger.apply(made, self.height, before, is_made=True)
        self._resubmit(waiting)
        return [Coin(transaction_hash(made), at, output) for at, output in enumerate(outputs)]

    def submit(self, transaction: Transaction) -> Submission:
        """Give a transaction to the mempool: the first that spends a coin wins, as with nodes."""
        txid = transaction_hash(transaction)[::-1].hex()
        if txid in self.mempool:
            problem = Problem("known", "TX_KNOWN", "the transaction is in the mempool already")
            return Submission(txid, problem)
        submission, fee = self._judge(transaction, self.rules)
        if submission.problem is not None:
            return submission
        size = len(encode_transaction(transaction))
        if fee < self.fee_rate * size:
            detail = f"a fee of {fee} satoshis for {size} bytes, at least {self.fee_rate * size}"
            return replace(submission, problem=Problem("fee", "TX_FEE", detail))
        self._ledger.apply(transaction, self.height + 1, self.median_time)
        self.mempool[txid] = transaction
        self._fees[txid] = fee
        return submission

    def _judge(self, transaction: Transaction, rules: RuleSet) -> tuple[Submission, int]:
        """Everything but the fee's rate; the number is the fee."""
        txid = transaction_hash(transaction)[::-1].hex()
        height, time = self.height + 1, self.median_time
        records: list[Record] = []
        for index, item in enumerate(transaction.inputs):
            outpoint = item.outpoint_hash, item.outpoint_index
            record = self._ledger.coins.get(outpoint)
            if record is None:
                return self._missing(txid, index, outpoint), 0
            if record.is_coinbase and height - record.height < _COINBASE_MATURITY:
                detail = f"a coinbase of height {record.height} is spent at {height}"
                problem = Problem("coins", "TX_PREMATURE_COINBASE", detail, index)
                return Submission(txid, problem), 0
            records.append(record)
        why = unmet_locktime(transaction, height, time)
        if why is not None:
            return Submission(txid, Problem("finality", "TX_NOT_FINAL", why)), 0
        ages = [CoinAge(record.height, record.median_time) for record in records]
        young = unmet_age(transaction, ages, height, time)
        if young is not None:
            problem = Problem("finality", "TX_SEQUENCE_NOT_FINAL", young[1], young[0])
            return Submission(txid, problem), 0
        sources = [record.output for record in records]
        verdict = verify(transaction, sources, rules)
        fee = sum(each.value for each in sources) - sum(each.value for each in transaction.outputs)
        return Submission(txid, verdict.error, verdict), fee

    def _missing(self, txid: str, index: int, outpoint: tuple[bytes, int]) -> Submission:
        spender = self._ledger.spenders.get(outpoint)
        name = f"{outpoint[0][::-1].hex()}:{outpoint[1]}"
        if spender is None:
            problem = Problem("coins", "TX_MISSING_COIN", f"there is no coin {name}", index)
            return Submission(txid, problem)
        if spender == txid:
            problem = Problem("known", "TX_KNOWN", "the transaction is in a block already")
            return Submission(txid, problem)
        detail = f"the coin {name} is spent by {spender}"
        return Submission(txid, Problem("coins", "TX_CONFLICT", detail, index), conflict=spender)

    def mine(
        self,
        transactions: Sequence[Transaction] | None = None,
        *,
        seconds: int = _BLOCK_SECONDS,
        reward_to: bytes = _NOBODY,
    ) -> Block:
        """Confirm the mempool in a block, or, as a miner of another policy, these transactions.

        What is given is judged by consensus and may not be in the mempool; what conflicts
        with it there is dropped, with all that depends on it. Raises TransactionRefused,
        and leaves everything as it was, for a transaction that no block may hold.
        """
        if seconds < 1:
            raise BuildError(f"a block {seconds} seconds after the last: it is later")
        if transactions is None:
            chosen, fees, waiting = tuple(self.mempool.values()), sum(self._fees.values()), []
        else:
            chosen, fees = tuple(transactions), self._choose(transactions)
            waiting = list(self.mempool.values())
        reward = Output(_SUBSIDY + fees, reward_to)
        height = (self.height + 1).to_bytes(8, "little")
        coinbase = Transaction((Input(bytes(32), 0xFFFF_FFFF, height),), (reward,))
        before = self.median_time
        self._append(self.blocks[-1].time + seconds, (coinbase, *chosen))
        self._ledger.apply(coinbase, self.height, before, is_made=True, is_coinbase=True)
        self.mempool, self._fees = {}, {}
        self._resubmit(waiting)
        return self.blocks[-1]

    def _choose(self, transactions: Sequence[Transaction]) -> int:
        """Apply a miner's own choice instead of the mempool; return its fees."""
        saved = self._save()
        self._take_back()
        fees = 0
        for transaction in transactions:
            submission, fee = self._judge(transaction, self.rules.consensus)
            if submission.problem is not None:
                self._restore(saved)
                submission.require()
            self._ledger.apply(transaction, self.height + 1, self.median_time)
            fees += fee
        names = set(map(transaction_hash, transactions))
        left = [each for each in saved[1].values() if transaction_hash(each) not in names]
        self.mempool = {transaction_hash(each)[::-1].hex(): each for each in left}
        return fees

    def _take_back(self) -> None:
        """Take the mempool out of the ledger."""
        for transaction in reversed(self.mempool.values()):
            self._ledger.revert(transaction)
        self.mempool, self._fees = {}, {}

    def _resubmit(self, transactions: Sequence[Transaction]) -> None:
        """Give to the mempool what is still valid."""
        for transaction in transactions:
            self.submit(transaction)

    def _append(
        self, time: int, transactions: tuple[Transaction, ...], *, is_funding: bool = False
    ) -> None:
        last = self.blocks[-1]
        self.blocks.append(Block(last.height + 1, time, last.hash, transactions, is_funding))

    def advance(self, blocks: int, *, seconds: int = _BLOCK_SECONDS) -> None:
        """Mine so many blocks; the first one confirms the mempool. Raises BuildError."""
        if blocks < 0:
            raise BuildError(f"{blocks} blocks to advance: it is not negative")
        for _ in range(blocks):
            self.mine(seconds=seconds)

    def reorganise(self, depth: int) -> list[Block]:
        """Disconnect the last `depth` blocks; what they confirmed is unconfirmed again.

        Transactions return to the mempool, those of the blocks first, where they are still
        valid. Returns the blocks, the oldest first. Raises BuildError for more blocks than
        there are, and for one that made coins with `fund`: nothing could bring them back.
        """
        if not 0 <= depth < len(self.blocks):
            raise BuildError(f"{depth} blocks to disconnect: there are {len(self.blocks) - 1}")
        gone = self.blocks[len(self.blocks) - depth :]
        if any(each.is_funding for each in gone):
            raise BuildError("a block that funded coins cannot be disconnected")
        waiting = list(self.mempool.values())
        self._take_back()
        for block in reversed(gone):
            for transaction in (block.transactions[0], *reversed(block.transactions[1:])):
                self._ledger.revert(transaction)
            self.blocks.pop()
        returned = [each for block in gone for each in block.transactions[1:]]
        self._resubmit([*returned, *waiting])
        return gone

    _State = tuple[list[Block], dict[str, Transaction], Ledger, dict[str, int], int]

    def _save(self) -> _State:
        return (
            list(self.blocks),
            dict(self.mempool),
            self._ledger.copy(),
            dict(self._fees),
            self._funded,
        )

    def _restore(self, state: _State) -> None:
        self.blocks, self.mempool, self._ledger, self._fees, self._funded = state

    @contextmanager
    def snapshot(self) -> Iterator[Chain]:
        """Roll everything back at the end of the block, whatever happened in it."""
        state = self._save()
        try:
            yield self
        finally:
            self._restore(state)
