"""The judgement on a whole transaction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from ..errors import InvalidTransaction
from ..vm.result import InputResult

__all__ = ["Problem", "Refused", "Verdict"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a transaction is refused.

    `check` is one of "decode", "structure", "values", "standardness", "tokens", "scripts",
    "sigchecks"; `reason` is the nodes' name of a script failure, or ours (TX_...,
    TOKEN_...) of a whole-transaction check; `input` is the input concerned, if it is one.
    """

    check: str
    reason: str
    detail: str
    input: int | None = None

    def __str__(self) -> str:
        where = "" if self.input is None else f"input {self.input}, "
        return f"{where}{self.check}: {self.reason}: {self.detail}".rstrip(": ")


class Refused(Exception):
    """Ends the checks of a transaction with the problem found."""

    def __init__(
        self, check: str, reason: str, detail: str, *, input_index: int | None = None
    ) -> None:
        super().__init__(reason)
        self.problem = Problem(check, reason, detail, input_index)

    def __reduce__(self) -> tuple[Any, ...]:
        problem = self.problem
        make = partial(Refused, input_index=problem.input)
        return make, (problem.check, problem.reason, problem.detail), self.__dict__


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a transaction is accepted, the first problem if not, and every input judged."""

    error: Problem | None
    inputs: tuple[InputResult, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the transaction is accepted."""
        return self.error is None

    def require(self) -> Verdict:
        """Return this verdict if the transaction is accepted; raise InvalidTransaction if not."""
        if self.error is not None:
            raise InvalidTransaction(str(self))
        return self

    def __str__(self) -> str:
        lines = ["accepted" if self.error is None else f"refused: {self.error}"]
        lines += [f"input {index}: {result}" for index, result in enumerate(self.inputs)]
        return "\n".join(lines)
