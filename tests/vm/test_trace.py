"""Traces: the steps of an evaluation, as the machine ran them."""

from __future__ import annotations

from support.spends import make_context

from bchcov import BCH_2026, evaluate_input
from bchcov.vm.trace import Trace, trace_input

# OP_2 is counted down to 0 in a loop; an untaken branch follows.
LOOP = bytes.fromhex("52658c76916600635168005151")


def trace(locking: bytes, **options: int) -> Trace:
    context = make_context(b"\x75" + locking, b"\x57")
    traced = trace_input(context, 0, BCH_2026, **options)
    assert traced.result == evaluate_input(context, 0, BCH_2026)
    return traced


def test_a_trace_has_a_step_for_each_instruction_evaluated() -> None:
    traced = trace(LOOP)
    assert len(traced.steps) == traced.result.metrics.instructions
    assert traced.omitted == 0
    positions = [step.position for step in traced.steps]
    assert positions == [0, 0, 1, 2, 3, 4, 5, 6, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]


def test_a_step_shows_the_machine_before_it() -> None:
    steps = trace(LOOP).steps
    assert str(steps[0]) == "OP_7  []"
    assert str(steps[4]) == "  OP_1SUB  [02]"
    assert str(steps[14]) == "  (OP_1)  [0]"
    assert [step.op_cost for step in steps[:3]] == [0, 101, 201]


def test_a_trace_keeps_the_first_steps_only() -> None:
    traced = trace(LOOP, most_steps=4)
    assert len(traced.steps) == 4
    assert traced.omitted == traced.result.metrics.instructions - 4
