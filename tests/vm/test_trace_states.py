"""Traces against an observer that copies the whole machine before each instruction."""

from __future__ import annotations

import itertools
import pickle
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from support.random_scripts import random_spend
from support.spends import make_context

from bchcov import (
    BCH_2026,
    BCH_SPEC,
    Chain,
    EncodeError,
    Input,
    Output,
    RuleSet,
    Transaction,
    TransactionContext,
    assemble,
    evaluate_input,
    run_script,
    trace_input,
    trace_script,
)
from bchcov.script.patterns import p2pkh
from bchcov.script.pushes import encode_push
from bchcov.vm.machine import TAKEN, Machine
from bchcov.vm.program import Program
from bchcov.vm.steps import TraceStep
from bchcov.vm.trace import Trace


def marks(control: list[int]) -> tuple[bool | int, ...]:
    """The control stack as a trace shows it: a bool for each branch."""
    return tuple(mark == TAKEN if mark < 0 else mark for mark in control)


def copied(context: TransactionContext, index: int, rules: RuleSet) -> list[tuple[Any, ...]]:
    """What each step of a trace has to say, copied while it runs."""
    phases = ["unlocking", "locking", "redeem"]
    names = phases if context.transaction.inputs[index].unlocking_bytecode else phases[1:]
    begun = -1
    found: list[tuple[Any, ...]] = []

    def observe(vm: Machine, program: Program, position: int) -> None:
        nonlocal begun
        begun += position == 0 and not vm.frames
        found.append(
            (
                names[begun],
                program.code,
                position,
                vm.executing,
                vm.depth,
                tuple(vm.stack),
                tuple(vm.alt_stack),
                marks(vm.control),
                tuple((frame[0].code, frame[1], marks(frame[2])) for frame in vm.frames),
                dict(vm.functions),
                vm.op_cost,
            )
        )

    evaluate_input(context, index, rules, observe=observe)
    return found


def told(step: TraceStep) -> tuple[Any, ...]:
    return (
        step.phase,
        step.code,
        step.position,
        step.executed,
        step.depth,
        step.stack,
        step.alt_stack,
        step.control,
        tuple((call.code, call.position, call.control) for call in step.calls),
        dict(step.functions),
        step.op_cost,
    )


def check(context: TransactionContext, rules: RuleSet = BCH_2026) -> None:
    traced = trace_input(context, 0, rules)
    expected = copied(context, 0, rules)
    assert [told(step) for step in traced] == expected
    assert traced.result == evaluate_input(context, 0, rules)
    assert len(traced) == traced.result.metrics.instructions
    # In any order, from a trace of which nothing has been read.
    again = trace_input(context, 0, rules)
    for at in sorted(range(len(expected)), key=lambda at: (at * 7919) % 101):
        assert told(again.steps[at]) == expected[at]


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("rules", [BCH_2026, BCH_SPEC.consensus], ids=str)
def test_a_trace_of_a_random_script_has_every_state(seed: int, rules: RuleSet) -> None:
    check(random_spend(Random(seed), rules)[0], rules)


# What the random scripts seldom meet: calls that end together, empty functions, recursion, a
# function that is the last instruction of a script, loops in functions, untaken branches in loops.
CORNERS = [
    "<0 OP_DROP> <1> OP_DEFINE <1> OP_INVOKE OP_1",
    "<''> <1> OP_DEFINE OP_1 <1> OP_INVOKE",
    "<OP_1> <1> OP_DEFINE <<1> OP_INVOKE> <2> OP_DEFINE <2> OP_INVOKE",
    "<OP_1SUB OP_DUP OP_IF <1> OP_INVOKE OP_ENDIF> <1> OP_DEFINE <5> <1> OP_INVOKE OP_1",
    "<OP_1SUB OP_DUP OP_IF <1> OP_INVOKE OP_ENDIF OP_NOP> <1> OP_DEFINE <5> <1> OP_INVOKE OP_1",
    "<OP_1SUB OP_DUP OP_NOT> <1> OP_DEFINE <5> OP_BEGIN <1> OP_INVOKE OP_UNTIL OP_1",
    "<<3> OP_BEGIN OP_1SUB OP_DUP OP_NOT OP_UNTIL> <1> OP_DEFINE <1> OP_INVOKE OP_1",
    "<2> OP_BEGIN OP_0 OP_IF OP_BEGIN OP_1 OP_UNTIL OP_ELSE OP_NOP OP_ENDIF OP_1SUB OP_DUP OP_NOT"
    " OP_UNTIL OP_1",
    "OP_1 OP_TOALTSTACK OP_0 OP_IF OP_FROMALTSTACK OP_ENDIF OP_FROMALTSTACK",
    "<OP_IF> <1> OP_DEFINE OP_1 <1> OP_INVOKE OP_1",
    "<OP_RETURN> <1> OP_DEFINE <1> OP_INVOKE",
    "OP_1 OP_IF OP_1",
]


@pytest.mark.parametrize("source", CORNERS)
def test_a_trace_has_every_state_of_branches_loops_and_functions(source: str) -> None:
    check(make_context(b"\x75" + assemble(source), b"\x51"))


@pytest.mark.parametrize("source", ["OP_1", "<''> <1> OP_DEFINE OP_1 <1> OP_INVOKE"])
def test_a_redeem_script_begins_anew_after_a_function_at_the_end(source: str) -> None:
    redeem = assemble(source)
    unlocking = encode_push(b"\x05") + encode_push(redeem)
    locking = assemble(f"OP_HASH256 <$(<0x{redeem.hex()}> OP_HASH256)> OP_EQUAL")
    check(make_context(locking, unlocking))


@pytest.mark.parametrize("count", [63, 64, 65, 120])
@pytest.mark.parametrize("source", ["OP_1", "OP_DROP OP_5 OP_ROLL OP_DROP OP_1"])
def test_a_redeem_script_begins_with_the_deep_stack_that_was_pushed(
    count: int, source: str
) -> None:
    redeem = assemble(source)
    unlocking = b"".join(encode_push(bytes((at,))) for at in range(count)) + encode_push(redeem)
    locking = assemble(f"OP_HASH256 <$(<0x{redeem.hex()}> OP_HASH256)> OP_EQUAL")
    check(make_context(locking, unlocking))


DEEP = [
    "OP_BEGIN <7> OP_DEPTH <200> OP_EQUAL OP_UNTIL",
    "OP_BEGIN OP_DEPTH OP_DEPTH <150> OP_EQUAL OP_UNTIL",
    "OP_BEGIN OP_DEPTH OP_DEPTH <90> OP_EQUAL OP_UNTIL <100> OP_TOALTSTACK"
    " OP_BEGIN <60> OP_ROLL <88> OP_ROLL OP_2SWAP OP_2ROT OP_ROT OP_TUCK OP_NIP"
    " OP_FROMALTSTACK OP_1SUB OP_DUP OP_TOALTSTACK OP_NOT OP_UNTIL",
    "OP_BEGIN OP_DEPTH OP_DEPTH <90> OP_EQUAL OP_UNTIL OP_BEGIN OP_2DROP OP_2DROP OP_DEPTH <50>"
    " OP_LESSTHAN OP_UNTIL OP_BEGIN <3> OP_DEPTH <90> OP_EQUAL OP_UNTIL",
]
CLEAR = " OP_BEGIN OP_DROP OP_DEPTH <1> OP_LESSTHANOREQUAL OP_UNTIL OP_DROP OP_1"


@pytest.mark.parametrize("source", DEEP)
def test_a_trace_has_every_item_of_a_deep_stack(source: str) -> None:
    check(make_context(assemble(source + CLEAR), encode_push(bytes(400))), BCH_2026.consensus)


def test_a_trace_of_a_deep_stack_keeps_little() -> None:
    source = "OP_BEGIN OP_DEPTH OP_DEPTH <900> OP_EQUAL OP_UNTIL <0> OP_BEGIN OP_1ADD OP_DUP <4000>"
    code = assemble(source + " OP_EQUAL OP_UNTIL OP_DROP" + CLEAR)
    context = make_context(code, encode_push(bytes(9000)))
    traced = trace_input(context, 0, BCH_2026.consensus)
    assert len(traced) > 20_000
    kept: list[Any] = traced.steps._kept
    bases = {id(each.base): len(each.base) for each in kept if hasattr(each, "base")}
    tails = sum(len(each.tail) for each in kept if hasattr(each, "tail"))
    # Whole copies would be of more than 15 million items.
    assert sum(bases.values()) + tails < 1_000_000


def test_the_failing_step_is_the_last_one() -> None:
    traced = trace_input(make_context(assemble("<2> OP_ADD <5> OP_EQUALVERIFY"), b"\x52"), 0)
    step = traced.failing
    assert step is not None
    assert (step.number, step.offset, step.name) == (4, 3, "OP_EQUALVERIFY")
    assert step.stack == (b"\x04", b"\x05")
    assert trace_input(make_context(b"\x51\x63", b""), 0).failing is None
    # What is not said to be left out is all there.
    assert Trace(traced.steps, traced.result) == traced
    assert Trace(traced.steps, traced.result, 1).failing is None


@pytest.mark.parametrize(
    ("source", "position"),
    [
        ("OP_RETURN", 1),
        ("OP_1 OP_ELSE", 2),
        ("OP_1 OP_NOP OP_VERIFY OP_FROMALTSTACK", 4),
        ("OP_1 OP_IF OP_1", None),
        ("OP_1 OP_BEGIN", None),
        ("OP_0", None),
        ("OP_1 OP_1", None),
        ("<OP_IF> <1> OP_DEFINE OP_1 <1> OP_INVOKE OP_1", None),
        ("OP_1", None),
    ],
)
def test_a_step_fails_only_if_its_instruction_does(source: str, position: int | None) -> None:
    traced = trace_input(make_context(b"\x75" + assemble(source), b"\x51"), 0)
    assert (traced.failing and traced.failing.position) == position
    assert position is None or not traced.result.ok


def test_what_is_read_at_less_cost_is_what_the_steps_have() -> None:
    for seed in range(20):
        context, *_ = random_spend(Random(seed), BCH_2026)
        traced = trace_input(context, 0)
        for at, step in enumerate(traced.steps):
            assert traced.steps.opcode(at) == step.opcode
            assert traced.steps.place(at) == (step.code, step.offset)
            assert traced.steps.op_cost(at) == step.op_cost
            assert traced.steps.stack(at) == step.stack


def test_a_trace_that_has_travelled_is_the_same() -> None:
    for seed in range(20):
        context, *_ = random_spend(Random(seed), BCH_2026)
        traced = trace_input(context, 0)
        again = pickle.loads(pickle.dumps(traced))
        assert again == traced
        assert [told(step) for step in again] == [told(step) for step in traced]


def test_slices_and_negative_numbers_are_those_of_a_tuple() -> None:
    steps = trace_input(make_context(assemble("OP_NOP OP_NOP OP_NOP"), b"\x51"), 0).steps
    assert [step.number for step in steps[1:]] == [1, 2, 3]
    assert steps[-1].number == 3
    with pytest.raises(IndexError):
        steps[4]


def test_a_script_without_a_transaction_is_traced() -> None:
    code = assemble("OP_ADD <5> OP_EQUAL")
    traced = trace_script(code, BCH_2026, stack=(b"\x02", b"\x03"))
    assert traced.result == run_script(code, BCH_2026, stack=(b"\x02", b"\x03"))
    assert [(step.phase, step.name) for step in traced] == [
        ("script", "OP_ADD"),
        ("script", "OP_5"),
        ("script", "OP_EQUAL"),
    ]


def test_what_a_chain_refuses_is_traced_as_it_is() -> None:
    chain = Chain()
    coins = chain.fund(
        Output(10_000, assemble("<7> OP_EQUAL")), Output(9_000, assemble("<8> OP_EQUAL"))
    )
    inputs = [
        Input(coin.outpoint[0], coin.outpoint[1], unlocking)
        for coin, unlocking in zip(coins, (b"\x57", b"\x57"), strict=True)
    ]
    outputs = (Output(12_000, assemble("OP_1") * 9),)
    refused = chain.submit(Transaction(tuple(inputs), outputs))
    assert refused.error is not None
    assert refused.error.input == 1
    assert [step.name for step in refused.trace()] == ["OP_7", "OP_8", "OP_EQUAL"]
    assert refused.trace(0).result.ok
    accepted = chain.submit(Transaction(tuple(inputs[:1]), (Output(9_000, p2pkh(bytes(20))),)))
    assert accepted.ok
    assert accepted.trace() == accepted.trace(0)
    again = chain.submit(Transaction(tuple(inputs[:1]), (Output(9_000, p2pkh(bytes(20))),)))
    assert again.error is not None
    assert again.error.input is None
    assert again.trace() == accepted.trace(0)
    unknown = chain.submit(Transaction((Input(bytes(31) + b"\x01", 0, b""),), outputs))
    with pytest.raises(EncodeError, match="input 0 spends a coin that never was on this chain"):
        unknown.trace()
    known = replace(accepted, source_outputs=())
    with pytest.raises(EncodeError, match="input 0 spends a coin that never was on this chain"):
        known.trace()


def test_steps_are_made_when_they_are_asked_for() -> None:
    code = assemble("<0> OP_BEGIN OP_1ADD OP_DUP <9000> OP_EQUAL OP_UNTIL OP_DROP OP_1")
    context = make_context(code, encode_push(bytes(9000)))
    traced = trace_input(context, 0, BCH_2026.consensus)
    assert [step.number for step in itertools.islice(traced, 3)] == [0, 1, 2]
    assert [traced.steps[number].number for number in range(3)] == [0, 1, 2]
    assert len(traced.steps._flows) == 3


@pytest.mark.parametrize("seed", range(40))
def test_the_steps_that_are_read_in_turn_are_those_that_are_asked_for(seed: int) -> None:
    context, _ = random_spend(Random(seed))
    steps = trace_input(context, 0).steps
    assert list(steps) == [steps[number] for number in range(len(steps))]
    assert all(type(step) is TraceStep for step in steps)


@pytest.mark.parametrize("source", DEEP)
def test_deep_stacks_are_read_in_turn_as_they_are_asked_for(source: str) -> None:
    context = make_context(assemble(source + CLEAR), encode_push(bytes(400)))
    steps = trace_input(context, 0, BCH_2026.consensus).steps
    assert list(steps) == [steps[number] for number in range(len(steps))]
