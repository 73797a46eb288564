"""Tracing an evaluation instruction by instruction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..transaction.codec import decode_outputs, decode_transaction
from ..transaction.context import TransactionContext
from ..transaction.model import Output, Transaction
from .evaluate import check_rules, evaluate_input, run_script
from .result import InputResult
from .rules.ruleset import RuleSet
from .rules.upgrades import BCH_2026
from .snapshots import Snapshots
from .steps import Steps, TraceStep

__all__ = ["Trace", "TraceStep", "trace", "trace_input", "trace_script"]

_MAX_STEPS = 100_000
_PHASES = ("unlocking", "locking", "redeem")


@dataclass(frozen=True, slots=True)
class Trace:
    """The steps of an input's evaluation and its result; iterating over it yields the steps.

    The steps of the unlocking, locking and redeem script follow one another. `omitted` is
    the number of steps that ran but were not kept.
    """

    steps: Steps
    result: InputResult
    omitted: int = 0

    def __iter__(self) -> Iterator[TraceStep]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def failing(self) -> TraceStep | None:
        """The step of the instruction that failed, None if none did or it was not kept."""
        if self.result.code is None or self.omitted or not self.steps:
            return None
        # An instruction that failed was the last to be begun. A script that ends within a
        # branch, or calls that fail as they end, are told by the result alone.
        last = self.steps[-1]
        is_it = (last.code, last.position) == (self.result.code, self.result.position)
        return last if is_it else None


def trace_input(
    context: TransactionContext,
    index: int,
    rules: RuleSet = BCH_2026,
    *,
    most_steps: int = _MAX_STEPS,
) -> Trace:
    """Evaluate input `index` as `evaluate_input` does and keep the first `most_steps` steps.

    Raises EncodeError for an index without an input and a spent output, and RulesError
    for `rules` that are not a rule set.
    """
    check_rules(rules)
    kept = Snapshots(rules)
    result = evaluate_input(context, index, rules, observe=kept.observer())
    unlocking = context.transaction.inputs[index].unlocking_bytecode
    return _made(kept, result, rules, _PHASES if unlocking else _PHASES[1:], most_steps)


def trace_script(
    code: bytes,
    rules: RuleSet = BCH_2026,
    *,
    context: TransactionContext | None = None,
    index: int = 0,
    stack: tuple[bytes, ...] = (),
    most_steps: int = _MAX_STEPS,
) -> Trace:
    """Run a single script as `run_script` does and keep the first `most_steps` steps.

    Raises what `run_script` raises.
    """
    check_rules(rules)
    kept = Snapshots(rules)
    result = run_script(
        code, rules, context=context, index=index, stack=stack, observe=kept.observer()
    )
    return _made(kept, result, rules, ("script",), most_steps)


def _made(
    kept: Snapshots, result: InputResult, rules: RuleSet, phases: Sequence[str], most_steps: int
) -> Trace:
    omitted = max(0, result.metrics.instructions - most_steps)
    names = {code: each.name for code, each in rules.proposed.items()}
    return Trace(Steps(kept.kept, phases, most_steps, names, rules.items_given), result, omitted)


def trace(
    transaction: Transaction | bytes | bytearray | memoryview,
    source_outputs: Sequence[Output] | bytes | bytearray | memoryview,
    index: int = 0,
    rules: RuleSet = BCH_2026,
) -> Trace:
    """Evaluate one input of a transaction and keep its steps, the first 100,000 at most.

    Takes a transaction and the outputs that it spends, in the order of its inputs, as
    `verify` does: as objects or as bytes. Only the scripts of input `index` are run; the
    checks of the whole transaction are left to `verify`. A script that fails is a result.
    The trace is an iterable of its steps; a step is made when it is asked for.

    Raises DecodeError for bytes that are not a transaction or a list of outputs,
    EncodeError for objects of another type or an index without an input and a spent
    output, and RulesError for `rules` that are not a rule set.
    """
    check_rules(rules)
    before_tokens = not rules.switches.tokens
    if isinstance(transaction, (bytes, bytearray, memoryview)):
        transaction = decode_transaction(transaction, before_tokens=before_tokens)
    if isinstance(source_outputs, (bytes, bytearray, memoryview)):
        source_outputs = decode_outputs(source_outputs, before_tokens=before_tokens)
    return trace_input(TransactionContext(transaction, source_outputs), index, rules)
