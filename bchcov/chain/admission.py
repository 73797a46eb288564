"""The checks of a submitted transaction: its coins, its finality, and everything in `verify`."""

from __future__ import annotations

from dataclasses import replace

from ..reasons import Problem, TransactionReason
from ..transaction.codec import encode_transaction, transaction_id
from ..transaction.model import Output, Transaction
from ..validation.verify import verify
from ..vm.rules.ruleset import RuleSet
from .finality import CoinAge, unmet_age, unmet_locktime
from .ledger import Ledger, Record
from .pace import LockScale
from .submission import Submission

__all__ = ["judge", "known_already", "unmet_fee"]

_COINBASE_MATURITY = 100


def judge(
    transaction: Transaction,
    ledger: Ledger,
    rules: RuleSet,
    *,
    scale: LockScale,
    height: int,
    median_time: int,
) -> tuple[Submission, int]:
    """Check everything but the fee; return the submission and the fee in satoshis.

    `height` is that of the block that would confirm the transaction, `median_time` the median
    time past of the block before it; `scale` says what heights count for locks. The fee is 0
    where a check before `verify` fails.
    """
    submission, fee = _judge(transaction, ledger, rules, scale, height, median_time)
    return replace(submission, transaction=transaction, rules=rules), fee


def _judge(
    transaction: Transaction,
    ledger: Ledger,
    rules: RuleSet,
    scale: LockScale,
    height: int,
    median_time: int,
) -> tuple[Submission, int]:
    txid = transaction_id(transaction)
    known = _known_outputs(transaction, ledger)
    records: list[Record] = []
    for index, item in enumerate(transaction.inputs):
        outpoint = item.outpoint_hash, item.outpoint_index
        record = ledger.coins.get(outpoint)
        if record is None:
            return replace(_missing(txid, index, outpoint, ledger), source_outputs=known), 0
        born = height if record.height is None else record.height
        if record.is_coinbase and height < (mature := scale.first_height(born, _COINBASE_MATURITY)):
            detail = f"a coinbase of height {born} is spent at {height}: expected at least {mature}"
            detail += scale.remark
            problem = Problem.of(TransactionReason.TX_PREMATURE_COINBASE, detail, index)
            return Submission(txid, problem, source_outputs=known), 0
        records.append(record)
    why = unmet_locktime(transaction, height, median_time, scale=scale)
    if why is not None:
        problem = Problem.of(TransactionReason.TX_NOT_FINAL, why)
        return Submission(txid, problem, source_outputs=known), 0
    # An unconfirmed coin is confirmed in the same block at the earliest.
    ages = [
        CoinAge(height, median_time)
        if record.height is None
        else CoinAge(record.height, record.median_time)
        for record in records
    ]
    young = unmet_age(transaction, ages, height, median_time, scale=scale)
    if young is not None:
        problem = Problem.of(TransactionReason.TX_SEQUENCE_NOT_FINAL, young[1], young[0])
        return Submission(txid, problem, source_outputs=known), 0
    sources = [record.output for record in records]
    verdict = verify(transaction, sources, rules)
    fee = sum(each.value for each in sources) - sum(each.value for each in transaction.outputs)
    return Submission(txid, verdict.error, verdict, source_outputs=known), fee


def known_already(
    transaction: Transaction, sources: tuple[Output, ...], rules: RuleSet
) -> Submission:
    """Refuse a transaction that is in the mempool and spends these outputs."""
    problem = Problem.of(TransactionReason.TX_KNOWN, "the transaction is in the mempool already")
    return Submission(
        transaction_id(transaction),
        problem,
        source_outputs=sources,
        transaction=transaction,
        rules=rules,
    )


def _known_outputs(transaction: Transaction, ledger: Ledger) -> tuple[Output | None, ...]:
    """Return the outputs that the inputs spend, even if spent already; None for unknown ones."""
    outpoints = [(item.outpoint_hash, item.outpoint_index) for item in transaction.inputs]
    records = [ledger.coins.get(each) or ledger.spent.get(each) for each in outpoints]
    return tuple(None if record is None else record.output for record in records)


def _missing(txid: str, index: int, outpoint: tuple[bytes, int], ledger: Ledger) -> Submission:
    spender = ledger.spenders.get(outpoint)
    name = f"{outpoint[0][::-1].hex()}:{outpoint[1]}"
    if spender is None:
        problem = Problem.of(TransactionReason.TX_MISSING_COIN, f"there is no coin {name}", index)
        return Submission(txid, problem)
    if spender == txid:
        problem = Problem.of(TransactionReason.TX_KNOWN, "the transaction is in a block already")
        return Submission(txid, problem)
    detail = f"the coin {name} is spent by {spender}"
    return Submission(
        txid,
        Problem.of(TransactionReason.TX_CONFLICT, detail, index),
        conflict=spender,
    )


def unmet_fee(transaction: Transaction, fee: int, rate: int) -> Problem | None:
    """Return the problem of a fee below `rate` satoshis per byte; None if it is high enough."""
    size = len(encode_transaction(transaction))
    if fee >= rate * size:
        return None
    detail = f"fee {fee} is too low for {size} bytes: expected at least {rate * size} satoshis"
    return Problem.of(TransactionReason.TX_FEE, detail)
