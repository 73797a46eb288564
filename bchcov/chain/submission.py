"""The result of submitting a transaction."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import EncodeError, TransactionRefused
from ..reasons import Problem
from ..transaction.model import Output, Transaction
from ..validation.verdict import Verdict
from ..vm.rules.ruleset import RuleSet
from ..vm.trace import Trace, trace

__all__ = ["Submission"]


@dataclass(frozen=True, slots=True)
class Submission:
    """Whether a transaction was accepted, and the problem if it was not.

    `error.check` is a check of `verify`, or COINS, FINALITY, FEE or KNOWN. `conflict` is the
    txid of the transaction that already spends the same coin, if there is one.
    `source_outputs` are the outputs that the inputs spend or would spend; None for a coin
    that was never on this chain. `transaction` and `rules` are what was judged, and by which
    rules.
    """

    txid: str
    error: Problem | None = None
    verdict: Verdict | None = None
    conflict: str | None = None
    source_outputs: tuple[Output | None, ...] = field(default=(), repr=False)
    transaction: Transaction | None = field(default=None, repr=False, compare=False)
    rules: RuleSet | None = field(default=None, repr=False, compare=False)

    @property
    def ok(self) -> bool:
        """Whether the transaction was accepted."""
        return self.error is None

    def trace(self, index: int | None = None) -> Trace:
        """Trace input `index`; without one, the input that the problem concerns, or the first.

        Raises EncodeError for an input that is not there or spends a coin that never existed,
        and for a submission that was not made by a chain.
        """
        if index is None:
            index = 0 if self.error is None or self.error.input is None else self.error.input
        if self.transaction is None or self.rules is None:
            raise EncodeError("this submission has no transaction: expected one of Chain.submit")
        known = tuple(each for each in self.source_outputs if each is not None)
        if len(known) != len(self.transaction.inputs):
            missing = self.source_outputs.index(None) if None in self.source_outputs else 0
            raise EncodeError(f"input {missing} spends a coin that never was on this chain")
        return trace(self.transaction, known, index, self.rules)

    def require(self) -> Submission:
        """Return this if the transaction was accepted; raise TransactionRefused if not."""
        if self.error is not None:
            raise TransactionRefused(self)
        return self

    def __str__(self) -> str:
        draft = "" if self.rules is None or not self.rules.draft else f" (draft {self.rules.draft})"
        return f"{self.txid}{draft}: {'accepted' if self.error is None else self.error}"
