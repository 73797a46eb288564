"""The mempool: transactions that wait for a block, and those that a miner's block evicts."""

from __future__ import annotations

from ..reasons import Problem, TransactionReason
from ..transaction.codec import transaction_hash, transaction_id
from ..transaction.model import Transaction
from ..vm.rules.ruleset import RuleSet
from .admission import judge
from .ledger import Ledger
from .pace import LockScale
from .submission import Submission

__all__ = ["Mempool"]


class Mempool:
    """Transactions that wait for a block, by txid in order of arrival, with their fees.

    Their inputs and outputs are applied to the same ledger as those of blocks.
    """

    __slots__ = ("_ledger", "_scale", "fees", "transactions")

    def __init__(self, ledger: Ledger, scale: LockScale) -> None:
        self._ledger, self._scale = ledger, scale
        self.transactions: dict[str, Transaction] = {}
        self.fees: dict[str, int] = {}

    def copies(self) -> tuple[dict[str, Transaction], dict[str, int]]:
        """Copy the transactions and fees, for `restore`."""
        return dict(self.transactions), dict(self.fees)

    def restore(self, transactions: dict[str, Transaction], fees: dict[str, int]) -> None:
        """Put back what `copies` returned; the caller rolls back the ledger."""
        self.transactions, self.fees = transactions, fees

    def entries(self) -> dict[str, tuple[Transaction, int]]:
        """Return every transaction with its fee, by txid."""
        return {txid: (each, self.fees[txid]) for txid, each in self.transactions.items()}

    def add(self, transaction: Transaction, fee: int) -> None:
        """Add a transaction that was checked, and its fee in satoshis."""
        txid = transaction_id(transaction)
        self._ledger.apply(transaction, None)
        self.transactions[txid], self.fees[txid] = transaction, fee

    def confirm_all(self, height: int, median_time: int) -> tuple[tuple[Transaction, ...], int]:
        """Confirm every transaction in the block at `height`; return them and their fees' sum."""
        chosen, fees = tuple(self.transactions.values()), sum(self.fees.values())
        for transaction in chosen:
            self._ledger.confirm(transaction, height, median_time)
        self.transactions, self.fees = {}, {}
        return chosen, fees

    def empty(self) -> list[Transaction]:
        """Remove and revert every transaction; return them in order of arrival."""
        waiting = list(self.transactions.values())
        for transaction in reversed(waiting):
            self._ledger.revert(transaction)
        self.transactions, self.fees = {}, {}
        return waiting

    def evict(self, txid: str) -> None:
        """Remove a transaction, if present, and all that depend on it."""
        waiting = [txid]
        while waiting:
            transaction = self.transactions.get(waiting[-1])
            if transaction is None:
                waiting.pop()
                continue
            name, spenders = transaction_hash(transaction), self._ledger.spenders
            outpoints = ((name, index) for index in range(len(transaction.outputs)))
            children = dict.fromkeys(spenders[each] for each in outpoints if each in spenders)
            if children:
                waiting += children
                continue
            self._ledger.revert(transaction)
            last = waiting.pop()
            del self.transactions[last], self.fees[last]

    def confirm(
        self, transaction: Transaction, rules: RuleSet, *, height: int, median_time: int
    ) -> int:
        """Confirm a transaction that a miner chose, in the block at `height`; return its fee.

        A transaction of the mempool was checked already, by stricter rules; any other one is
        checked by `rules`, and evicts those that spend the same coins. Raises
        TransactionRefused, also if it spends an unconfirmed coin that the block does not
        confirm before it.
        """
        ledger, txid = self._ledger, transaction_id(transaction)
        outpoints = [(item.outpoint_hash, item.outpoint_index) for item in transaction.inputs]
        is_known = txid in self.transactions
        for index, outpoint in enumerate(outpoints):
            record = ledger.coins.get(outpoint) or ledger.spent.get(outpoint)
            if record is not None and record.height is None:
                name = f"{outpoint[0][::-1].hex()}:{outpoint[1]}"
                detail = f"the coin {name} is in the mempool and not confirmed in the block"
                Submission(
                    txid, Problem.of(TransactionReason.TX_MISSING_COIN, detail, index)
                ).require()
        if is_known:
            ledger.confirm(transaction, height, median_time)
            del self.transactions[txid]
            return self.fees.pop(txid)
        for outpoint in outpoints:
            if outpoint in ledger.spenders:
                self.evict(ledger.spenders[outpoint])
        submission, fee = judge(
            transaction, ledger, rules, scale=self._scale, height=height, median_time=median_time
        )
        submission.require()
        ledger.apply(transaction, height, median_time)
        return fee
