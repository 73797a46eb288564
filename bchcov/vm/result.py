"""How an input was judged: the verdict, what it cost, and where and why it failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import islice

from ..errors import InputFailed
from ..reasons import Reason
from ..script.opcodes import opcode_name
from ..script.pushes import instructions
from ..transaction.context import TransactionContext
from .metrics import Metrics
from .rules.ruleset import RuleSet

__all__ = ["InputResult", "Run"]


def _no_run() -> None:
    """What is left of a run in another process."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What was judged, so that it can be run again to see how it came to its end.

    It stays in its process: a copy of a result for another one is without it.
    """

    context: TransactionContext
    index: int
    rules: RuleSet

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        """Leave nothing in what is pickled: results would carry their whole transaction."""
        return _no_run, ()


_ITEM = 48  # what a short stack item takes beside its bytes


@dataclass(frozen=True, slots=True)
class InputResult:
    """The judgement on one input.

    A failure has a `reason`, the `phase` ("unlocking", "locking", "redeem"; "script" for
    a script run alone), and, where an instruction failed, the script it stands in (`code`,
    a function's body if it was in one) and its `position` there, counted in
    instructions. The stacks are those at the end or at the failure, top last. `run` is kept
    where the scripts ran to their end and left a false item: nothing else tells what did.
    Where a transaction's inputs leave more than memory should be spent on, the later ones
    are `omitted`: their stacks and `code` are not kept.
    """

    metrics: Metrics
    stack: tuple[bytes, ...]
    alt_stack: tuple[bytes, ...] = ()
    reason: Reason | None = None
    detail: str = ""
    phase: str | None = None
    code: bytes | None = None
    position: int | None = None
    run: Run | None = field(default=None, repr=False, compare=False)
    omitted: bool = False

    @property
    def ok(self) -> bool:
        """Whether the input is accepted."""
        return self.reason is None

    @property
    def held_bytes(self) -> int:
        """About the memory that this result holds on to."""
        code = 0 if self.code is None else len(self.code)
        items = len(self.stack) + len(self.alt_stack)
        return code + _ITEM * items + sum(map(len, self.stack)) + sum(map(len, self.alt_stack))

    def without_stacks(self) -> InputResult:
        """Copy this result as one that is `omitted`."""
        return replace(self, stack=(), alt_stack=(), code=None, position=None, omitted=True)

    @property
    def offset(self) -> int | None:
        """Where in `code`, in bytes, the instruction that failed begins."""
        if self.code is None:
            return None
        step = next(islice(instructions(self.code), self.position, None), None)
        return len(self.code) if step is None else step.offset

    @property
    def opcode(self) -> int | None:
        """The opcode that failed."""
        return self._opcode_at(self.offset)

    def _opcode_at(self, offset: int | None) -> int | None:
        if self.code is None or offset is None or offset >= len(self.code):
            return None
        return self.code[offset]

    @property
    def explanation(self) -> str:
        """What was wrong and where: the detail, the phase, the byte and the opcode."""
        parts = [self.detail] if self.detail else []
        if self.phase:
            where = f"in the {self.phase} bytecode"
            # The script is walked through once: it may be long.
            offset = self.offset
            opcode = self._opcode_at(offset)
            if opcode is not None:
                where += f" at byte {offset}, {opcode_name(opcode)}"
            parts.append(where)
        return ", ".join(parts)

    def require(self) -> InputResult:
        """Return this result if the input is accepted; raise InputFailed if not."""
        if self.reason is not None:
            raise InputFailed(self)
        return self

    def __str__(self) -> str:
        if self.reason is None:
            return f"accepted, operation cost {self.metrics.op_cost:,}"
        explanation = self.explanation
        return f"{self.reason.value}: {explanation}" if explanation else self.reason.value
