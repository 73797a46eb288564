"""Finding a transaction of a chain by its txid."""

from __future__ import annotations

from ..errors import ChainError
from ..transaction.codec import transaction_id
from ..transaction.model import Output, Transaction
from .chain import Chain

__all__ = ["find_transaction"]


def find_transaction(chain: Chain, txid: str) -> tuple[Transaction, tuple[Output, ...], int | None]:
    """Return a transaction, the outputs it spends, and the height of its block.

    `txid` is as displayed; the height is None in the mempool. Raises ChainError if there is
    no such transaction, or if it created coins and therefore spends none.
    """
    found: tuple[Transaction, int | None] | None = None
    if txid in chain.mempool:
        found = chain.mempool[txid], None
    else:
        for block in reversed(chain.blocks):
            for transaction in block.transactions:
                if transaction_id(transaction) == txid:
                    found = transaction, block.height
    if found is None:
        raise ChainError(f"there is no transaction {txid} on this chain")
    sources = chain.source_outputs(found[0])
    if not sources:
        raise ChainError(f"the transaction {txid} spends no coins: it created its own")
    return found[0], sources, found[1]
