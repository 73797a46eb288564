"""Tracing an evaluation instruction by instruction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..script.opcodes import opcode_name
from ..transaction.codec import decode_outputs, decode_transaction
from ..transaction.context import TransactionContext
from ..transaction.model import Output, Transaction
from .evaluate import check_rules, evaluate_input
from .machine import Machine
from .program import Program
from .result import InputResult
from .rules.ruleset import RuleSet
from .rules.upgrades import BCH_2026

__all__ = ["Trace", "TraceStep", "trace", "trace_input"]

_MAX_STEPS = 100_000


@dataclass(frozen=True, slots=True)
class TraceStep:
    """The state of the machine before one instruction.

    `code` is the running script, or the function's body inside a function. `position` is
    the index of the instruction in it, counted in instructions. `executed` is false in a
    branch that is not taken. `depth` is the number of open branches, loops and functions.
    `op_cost` is the operation cost so far. The top of each stack comes last.
    """

    code: bytes
    position: int
    opcode: int
    executed: bool
    depth: int
    stack: tuple[bytes, ...]
    alt_stack: tuple[bytes, ...]
    op_cost: int

    def __str__(self) -> str:
        stack = " ".join(item.hex() or "0" for item in self.stack)
        name = opcode_name(self.opcode)
        return f"{'  ' * self.depth}{name if self.executed else f'({name})'}  [{stack}]"


@dataclass(frozen=True, slots=True)
class Trace:
    """The steps of an input's evaluation and its result.

    The steps of the unlocking, locking and redeem script follow one another. `omitted` is
    the number of steps that ran but were not kept.
    """

    steps: tuple[TraceStep, ...]
    result: InputResult
    omitted: int = 0


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
    steps: list[TraceStep] = []
    seen = 0
    opcodes: dict[bytes, list[int]] = {}

    def observe(vm: Machine, program: Program, position: int) -> None:
        nonlocal seen
        seen += 1
        if seen > most_steps:
            return
        code = program.code
        if code not in opcodes:
            opcodes[code] = [step.opcode for step in program.instructions()]
        steps.append(
            TraceStep(
                code,
                position,
                opcodes[code][position],
                vm.executing,
                vm.depth,
                tuple(vm.stack),
                tuple(vm.alt_stack),
                vm.op_cost,
            )
        )

    result = evaluate_input(context, index, rules, observe=observe)
    return Trace(tuple(steps), result, max(0, seen - most_steps))


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
