"""A miner's own choice against the mempool: what it confirms, and what it displaces there."""

from __future__ import annotations

from dataclasses import dataclass

from ..reasons import Problem, TransactionReason
from ..transaction.codec import transaction_hash, transaction_id
from ..transaction.model import Transaction
from ..vm.rules.ruleset import RuleSet
from .admission import judge
from .ledger import Ledger
from .submission import Submission

__all__ = ["Pool", "confirm_chosen"]


@dataclass(frozen=True, slots=True)
class Pool:
    """The mempool of a chain: its transactions and their fees by txid, and the chain's coins."""

    ledger: Ledger
    transactions: dict[str, Transaction]
    fees: dict[str, int]

    def evict(self, txid: str) -> None:
        """Drop a transaction, if it is there, with all that depend on it."""
        waiting = [txid]
        while waiting:
            transaction = self.transactions.get(waiting[-1])
            if transaction is None:
                waiting.pop()
                continue
            name, spenders = transaction_hash(transaction), self.ledger.spenders
            outpoints = ((name, index) for index in range(len(transaction.outputs)))
            children = dict.fromkeys(spenders[each] for each in outpoints if each in spenders)
            if children:
                waiting += children
                continue
            self.ledger.revert(transaction)
            last = waiting.pop()
            del self.transactions[last], self.fees[last]


def confirm_chosen(
    transaction: Transaction, pool: Pool, rules: RuleSet, *, height: int, median_time: int
) -> int:
    """Confirm one transaction in the block at `height`; return its fee.

    What is in the mempool was judged, by rules that are stricter; anything else is judged
    by `rules`, and displaces what spends the same coins. Raises TransactionRefused, and for
    what spends a coin of the mempool that is not in the block.
    """
    ledger, txid = pool.ledger, transaction_id(transaction)
    outpoints = [(item.outpoint_hash, item.outpoint_index) for item in transaction.inputs]
    is_known = txid in pool.transactions
    for index, outpoint in enumerate(outpoints):
        record = ledger.coins.get(outpoint) or ledger.spent.get(outpoint)
        if record is not None and record.height is None:
            name = f"{outpoint[0][::-1].hex()}:{outpoint[1]}"
            detail = f"the coin {name} is in the mempool and not in the block"
            Submission(txid, Problem.of(TransactionReason.TX_MISSING_COIN, detail, index)).require()
    if is_known:
        ledger.confirm(transaction, height, median_time)
        del pool.transactions[txid]
        return pool.fees.pop(txid)
    for outpoint in outpoints:
        if outpoint in ledger.spenders:
            pool.evict(ledger.spenders[outpoint])
    submission, fee = judge(transaction, ledger, rules, height=height, median_time=median_time)
    submission.require()
    ledger.apply(transaction, height, median_time)
    return fee
