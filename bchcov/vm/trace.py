"""What an evaluation did, instruction by instruction."""

from __future__ import annotations

from dataclasses import dataclass

from ..script.opcodes import opcode_name
from ..transaction.context import TransactionContext
from .evaluate import evaluate_input
from .machine import Machine
from .program import Program
from .result import InputResult
from .rules.ruleset import RuleSet
from .rules.upgrades import BCH_2026

__all__ = ["Trace", "TraceStep", "trace_input"]

_MAX_STEPS = 100_000


@dataclass(frozen=True, slots=True)
class TraceStep:
    """The machine as it was before one instruction.

    `code` is the script that runs, a function's body inside one; `position` counts its
    instructions. `depth` counts the open branches, loops and functions. What is not
    `executed` stands in an untaken branch.
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
    """The steps of an input's evaluation, all phases in a row, and the result.

    `omitted` counts the steps that were run and not kept.
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
    """Judge input `index` as `evaluate_input` does, and keep its first `most_steps` steps."""
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
