"""The result of evaluating an input: accepted or not, its costs, and where and why it failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ..errors import InputFailed
from ..reasons import Reason
from ..script.opcodes import opcode_name
from ..script.pushes import offset_of
from ..transaction.context import TransactionContext
from .metrics import Metrics
from .rules.ruleset import RuleSet

__all__ = ["InputResult", "Run", "explain"]


def _no_run() -> None:
    """Replace a pickled run: return None."""


@lru_cache(maxsize=256)
def _offset(code: bytes, position: int | None) -> int:
    """Find where an instruction begins. A script that is tried again fails in the same places."""
    return len(code) if position is None else offset_of(code, position)


def _opcode_at(code: bytes | None, offset: int | None) -> int | None:
    if code is None or offset is None or offset >= len(code):
        return None
    return code[offset]


def explain(
    detail: str,
    phase: str | None,
    code: bytes | None,
    position: int | None,
    run: Run | None = None,
) -> str:
    """Say why and where a script was refused; the arguments are fields of its `InputResult`."""
    parts = [detail] if detail else []
    if phase:
        where = f"in the {phase} bytecode"
        # The script is walked through once: it may be long.
        offset = None if code is None else _offset(code, position)
        opcode = _opcode_at(code, offset)
        if opcode is not None:
            name = opcode_name(opcode) if run is None else run.rules.name_opcode(opcode)
            where += f" at byte {offset}, {name}"
        parts.append(where)
    return ", ".join(parts)


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """The evaluated input and its rules, to run it again for an explanation.

    It is not pickled: in another process `InputResult.run` is None.
    """

    context: TransactionContext
    index: int
    rules: RuleSet

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        """Pickle as None: otherwise every result would carry its whole transaction."""
        return _no_run, ()


_ITEM_OVERHEAD = 48  # memory of a stack item besides its bytes


@dataclass(frozen=True, slots=True)
class InputResult:
    """The result of evaluating one input.

    A failure has a `reason`, the `phase` ("unlocking", "locking", "redeem"; "script" for
    `run_script`), and, if an instruction failed, the script that contains it (`code`, which
    is the body if it is in a function) and its `position` in that script, counted in
    instructions. The stacks are those at the end or at the failure, top last. `run` is what was
    refused, to run it again for an explanation; it is not pickled. To bound the memory of a
    verdict, the results of later inputs may be `omitted`: their stacks and `code` are not kept.
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
        """The approximate memory that this result keeps, in bytes."""
        code = 0 if self.code is None else len(self.code)
        items = len(self.stack) + len(self.alt_stack)
        return (
            code
            + _ITEM_OVERHEAD * items
            + sum(map(len, self.stack))
            + sum(map(len, self.alt_stack))
        )

    def without_stacks(self) -> InputResult:
        """Copy this result without stacks and code, as `omitted`."""
        return replace(self, stack=(), alt_stack=(), code=None, position=None, omitted=True)

    @property
    def offset(self) -> int | None:
        """The offset in bytes at which the failed instruction begins in `code`."""
        return None if self.code is None else _offset(self.code, self.position)

    @property
    def opcode(self) -> int | None:
        """The opcode of the failed instruction."""
        return _opcode_at(self.code, self.offset)

    @property
    def explanation(self) -> str:
        """The detail of the failure and its place: phase, byte offset and opcode."""
        return explain(self.detail, self.phase, self.code, self.position, self.run)

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
