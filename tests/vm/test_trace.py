"""Traces: the steps of an evaluation, as the machine ran them."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from support.spends import make_context

import bchcov
from bchcov import (
    BCH_2026,
    DecodeError,
    EncodeError,
    RulesError,
    Trace,
    encode_outputs,
    encode_transaction,
    evaluate_input,
    trace_input,
    trace_script,
)
from bchcov.vm.rules.flags import rules_from_flags

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


def test_a_trace_keeps_a_hundred_thousand_steps_where_no_number_is_said() -> None:
    for each in (trace_input, trace_script):
        assert inspect.signature(each).parameters["most_steps"].default == 100_000


def test_a_trace_keeps_the_first_steps_only() -> None:
    traced = trace(LOOP, most_steps=4)
    assert len(traced.steps) == 4
    assert traced.omitted == traced.result.metrics.instructions - 4


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_transaction_is_traced_from_objects_or_bytes(kind: type[Any]) -> None:
    context = make_context(b"\x75" + LOOP, b"\x57")
    transaction, sources = context.transaction, context.source_outputs
    expected = trace_input(context, 0)
    assert bchcov.trace(transaction, sources) == expected
    written = kind(encode_transaction(transaction)), kind(encode_outputs(sources))
    assert bchcov.trace(*written, 0, BCH_2026) == expected
    assert bchcov.trace(written[0], sources, index=0, rules=BCH_2026.consensus) == trace_input(
        context, 0, BCH_2026.consensus
    )


def test_a_trace_reads_bytes_as_its_rules_do() -> None:
    context = make_context(b"\xef" * 40, b"\x51")
    written = encode_transaction(context.transaction)
    sources = encode_outputs(context.source_outputs, before_tokens=True)
    rules = rules_from_flags(["P2SH"])
    assert bchcov.trace(written, sources, 0, rules) == trace_input(context, 0, rules)
    with pytest.raises(DecodeError):
        bchcov.trace(written, sources)


def test_what_cannot_be_traced_is_an_error() -> None:
    context = make_context(b"\x51", b"")
    transaction, sources = context.transaction, context.source_outputs
    written = encode_transaction(transaction)
    with pytest.raises(DecodeError):
        bchcov.trace(written[:-1], sources)
    with pytest.raises(DecodeError):
        bchcov.trace(transaction, encode_outputs(sources) + b"\x00")
    unfit: Any = "00"
    with pytest.raises(EncodeError, match="transaction must be a Transaction, not a str"):
        bchcov.trace(unfit, sources)
    with pytest.raises(EncodeError, match="source outputs must be a list of Output, not a str"):
        bchcov.trace(transaction, unfit)
    with pytest.raises(EncodeError, match="input 1 cannot be run: the transaction has 1 inputs"):
        bchcov.trace(transaction, sources, 1)
    with pytest.raises(RulesError, match="rules must be a RuleSet, not a str"):
        bchcov.trace(transaction, sources, 0, unfit)


def test_without_an_unlocking_bytecode_the_first_phase_is_locking() -> None:
    assert [step.phase for step in trace_input(make_context(b"\x51\x61"), 0)] == ["locking"] * 2
    unlocked = trace_input(make_context(b"\x61", b"\x51"), 0)
    assert [step.phase for step in unlocked] == ["unlocking", "locking"]


@pytest.mark.parametrize("rules", ["BCH_2026", None, 2026])
def test_a_trace_by_what_is_no_rule_set_is_refused(rules: Any) -> None:
    context = make_context(b"\x51")
    with pytest.raises(RulesError):
        trace_input(context, 0, rules)
    with pytest.raises(RulesError):
        trace_script(b"\x51", rules)
    with pytest.raises(RulesError):
        bchcov.trace(context.transaction, context.source_outputs, 0, rules)


def test_traces_are_equal_if_all_their_steps_are() -> None:
    def steps(code: str, *stack: bytes) -> object:
        return trace_script(bytes.fromhex(code), stack=stack).steps

    assert steps("5161") == steps("5161")
    # As many steps: another instruction, another stack at the start, another cost on the way.
    assert steps("5161") != steps("5261")
    assert steps("7661", b"\x01") != steps("7661", b"\x02")
    assert steps("765161", b"\x01") != steps("005161", b"\x01")
    assert steps("5161") != steps("516161")
    assert steps("5161") != "5161"
