"""What became of a transaction that was submitted."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import TransactionRefused
from ..reasons import Problem
from ..transaction.model import Output
from ..validation.verdict import Verdict

__all__ = ["Submission"]


@dataclass(frozen=True, slots=True)
class Submission:
    """Whether a transaction was accepted; if not, the problem.

    `error.check` is one of those of `verify`, or COINS, FINALITY, FEE or KNOWN;
    `conflict` is the txid of the transaction that spends the same coin, if that is why.
    `source_outputs` are those that the inputs spend, or would: None for a coin that never
    was on this chain.
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
