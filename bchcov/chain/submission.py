"""The result of submitting a transaction."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import TransactionRefused
from ..reasons import Problem
from ..transaction.model import Output
from ..validation.verdict import Verdict

__all__ = ["Submission"]


@dataclass(frozen=True, slots=True)
class Submission:
    """Whether a transaction was accepted, and the problem if it was not.

    `error.check` is a check of `verify`, or COINS, FINALITY, FEE or KNOWN. `conflict` is the
    txid of the transaction that already spends the same coin, if there is one.
    `source_outputs` are the outputs that the inputs spend or would spend; None for a coin
    that was never on this chain.
    """

    txid: str
    error: Problem | None = None
    verdict: Verdict | None = None
    conflict: str | None = None
    source_outputs: tuple[Output | None, ...] = field(default=(), repr=False)

    @property
    def ok(self) -> bool:
        """Whether the transaction was accepted."""
        return self.error is None

    def require(self) -> Submission:
        """Return this if the transaction was accepted; raise TransactionRefused if not."""
        if self.error is not None:
            raise TransactionRefused(self)
        return self

    def __str__(self) -> str:
        return f"{self.txid}: {'accepted' if self.error is None else self.error}"
