"""What is certainly wrong with a transaction that is refused for more than one of its scripts."""

from __future__ import annotations

from collections.abc import Iterator

from ..reasons import Problem, Reason, TransactionReason
from ..transaction.codec import encode_transaction
from ..transaction.constants import SEQUENCE_FINAL
from ..transaction.model import Capability
from .spending import Spending

__all__ = ["transaction_hints"]


def transaction_hints(spending: Spending, problem: Problem) -> Iterator[str]:
    """Say what is certainly wrong; nothing where the problem says all of it."""
    transaction, sources = spending.transaction, spending.source_outputs
    spent = sum(each.value for each in sources)
    paid = sum(each.value for each in transaction.outputs)
    size = len(encode_transaction(transaction))
    if problem.reason in (TransactionReason.TX_OUTPUTS_EXCEED_INPUTS, TransactionReason.TX_FEE):
        said = (
            f"{spent:,} satoshis are spent and {paid:,} paid to {len(transaction.outputs)} outputs"
        )
        short = f"{paid - spent:,} too many" if paid > spent else f"a fee of {spent - paid:,}"
        yield f"{said}: {short}; with {size} bytes, {size:,} satoshis of fee are relayed"
    if problem.reason is TransactionReason.TX_NOT_FINAL and any(
        each.sequence != SEQUENCE_FINAL for each in transaction.inputs
    ):
        yield "wait for that block or time, or choose a lower locktime, if the contract allows it"
    is_nonstandard = problem.reason is TransactionReason.TX_NONSTANDARD_SOURCE_OUTPUT
    if is_nonstandard and spending.rules.name in ("BCH_2023", "BCH_2025"):
        yield "bare contracts (P2S) are relayed since BCH_2026: use these rules, or P2SH32"
    if problem.check == "tokens":
        yield from _tokens(spending)
    if problem.reason is Reason.SIGCHECKS_LIMIT_EXCEEDED:
        yield "split the transaction: the limit is that of one transaction, whatever its size"


def _tokens(spending: Spending) -> Iterator[str]:
    """Find a category that is written in the opposite order of bytes."""
    spent = {each.token.category for each in spending.source_outputs if each.token is not None}
    spent |= {each.outpoint_hash for each in spending.transaction.inputs}
    for index, output in enumerate(spending.transaction.outputs):
        token = output.token
        if token is None or token.category in spent:
            continue
        if token.category[::-1] in spent:
            yield (
                f"the category of output {index} is in the displayed order: reverse its bytes, as"
                " outputs have them in the order of the wire"
            )
    for index, output in enumerate(spending.source_outputs):
        token = output.token
        if token is None or token.nft is None or token.nft.capability is not Capability.NONE:
            continue
        changed = [
            number
            for number, each in enumerate(spending.transaction.outputs)
            if each.token is not None
            and each.token.category == token.category
            and each.token.nft is not None
            and each.token.nft != token.nft
        ]
        if changed:
            yield (
                f"the NFT that input {index} spends is immutable: output {changed[0]} cannot have"
                " another commitment or capability of it"
            )
    origins = {item.outpoint_hash: item.outpoint_index for item in spending.transaction.inputs}
    for index, output in enumerate(spending.transaction.outputs):
        if output.token is not None and origins.get(output.token.category, 0):
            yield (
                f"output {index} would begin the category of the txid that is spent: that takes"
                f" output 0 of that transaction, and output {origins[output.token.category]} is"
                " spent"
            )
