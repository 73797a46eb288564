"""The result of judging a whole transaction."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InvalidTransaction
from ..reasons import Problem, TransactionReason
from ..vm.result import InputResult

__all__ = ["Refused", "Verdict"]


class Refused(Exception):
    """Raised by a check to refuse the transaction; carries the problem that it found."""

    def __init__(
        self, reason: TransactionReason, detail: str, input_index: int | None = None
    ) -> None:
        super().__init__(reason, detail, input_index)
        self.problem = Problem.of(reason, detail, input_index)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of `verify`: the first problem, or None, and the results of the inputs run.

    `draft` is the name of the rules where they have proposals, "" for rules of a network.
    """

    error: Problem | None
    inputs: tuple[InputResult, ...] = ()
    draft: str = ""

    @property
    def ok(self) -> bool:
        """Whether the transaction is accepted."""
        return self.error is None

    def require(self) -> Verdict:
        """Return this verdict if the transaction is accepted; raise InvalidTransaction if not."""
        if self.error is not None:
            raise InvalidTransaction(self)
        return self

    def __str__(self) -> str:
        under = f" under the draft {self.draft}" if self.draft else ""
        lines = [f"accepted{under}" if self.error is None else f"refused{under}: {self.error}"]
        lines += [f"input {index}: {result}" for index, result in enumerate(self.inputs)]
        return "\n".join(lines)
