"""A memory tells what would have come of running an input, whatever it has run before."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from support.counting import Counted
from support.opcode_examples import CONTEXT, EXAMPLES, INDEX, Example
from support.random_scripts import random_spend

from bchcov import (
    BCH_2023,
    BCH_2026,
    BCH_SPEC,
    Input,
    InputResult,
    Output,
    RuleSet,
    Transaction,
    TransactionContext,
    assemble,
    evaluate_input,
)
from bchcov.script.pushes import encode_push
from bchcov.transaction.differences import differences
from bchcov.transaction.model import Capability, Nft, Token
from bchcov.vm import known_runs
from bchcov.vm.known_runs import KnownRun
from bchcov.vm.machine import Machine
from bchcov.vm.patching import patched
from bchcov.vm.program import Program
from bchcov.vm.recording import recording
from bchcov.vm.remembering import Memory

RULES = (BCH_2023, BCH_2026, BCH_SPEC.consensus)


def changed(context: TransactionContext, random: Random) -> TransactionContext:
    """Change a field or two of a transaction; what input 0 runs stays as it is."""
    transaction, sources = context.transaction, list(context.source_outputs)
    inputs, outputs = list(transaction.inputs), list(transaction.outputs)
    version, locktime = transaction.version, transaction.locktime
    for _ in range(random.choice((1, 1, 2))):
        at, to = random.randrange(len(inputs)), random.randrange(len(outputs))
        kind = random.randrange(11)
        if kind == 0:
            inputs[at] = replace(inputs[at], sequence=random.choice((0, 6, 2**22, 2**32 - 1)))
        elif kind == 1:
            inputs[at] = replace(inputs[at], outpoint_hash=random.randbytes(32))
        elif kind == 2:
            sources[at] = replace(sources[at], value=random.randrange(10**6), token=None)
        elif kind == 3:
            outputs[to] = replace(outputs[to], value=random.randrange(1000))
        elif kind == 4:
            outputs[to] = replace(outputs[to], locking_bytecode=b"\x51" * random.randrange(1, 5))
        elif kind == 5:
            nft = Nft(random.randbytes(3), random.choice(list(Capability)))
            outputs[to] = replace(outputs[to], token=Token(bytes(32), random.randrange(9), nft))
        elif kind == 6:
            outputs = [*outputs, outputs[to]] if random.random() < 0.5 else outputs[: to + 1]
        elif kind == 7:
            inputs[at] = replace(inputs[at], outpoint_index=random.randrange(300))
        elif kind == 8 and at:
            inputs[at] = replace(inputs[at], unlocking_bytecode=random.randbytes(3))
            sources[at] = replace(sources[at], locking_bytecode=random.randbytes(3))
        elif kind == 9:
            inputs.append(Input(random.randbytes(32), 3, b"\x51"))
            sources.append(Output(5, b"\x51"))
        else:
            version, locktime = random.choice((1, 2)), random.choice((0, 7, 1_700_000_001))
    made = Transaction(tuple(inputs), tuple(outputs), version, locktime)
    return TransactionContext(made, sources)


def of_random_scripts(rules: RuleSet, number: int) -> Iterator[tuple[InputResult, InputResult]]:
    """Yield what a memory says of changed transactions, and what running them comes to."""
    for seed in range(number):
        random, memory = Random(seed), Memory(rules)
        context, _ = random_spend(random, rules)
        for _ in range(40):
            yield memory.evaluate(context, 0), evaluate_input(context, 0, rules)
            context = changed(context, random)


@pytest.mark.parametrize("rules", RULES, ids=repr)
def test_what_is_told_is_what_comes_of_a_run(
    rules: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A state before every reading, so that runs are continued wherever they can be.
    monkeypatch.setattr(known_runs, "_COST_BETWEEN", 0)
    ends = set()
    for told, run in of_random_scripts(rules, 60):
        assert told == run
        assert str(told) == str(run)
        ends.add(run.reason)
    assert len(ends) > 4


@pytest.mark.long
@pytest.mark.parametrize("rules", RULES, ids=repr)
def test_what_is_told_of_many_scripts_is_what_comes_of_a_run(rules: RuleSet) -> None:
    for told, run in of_random_scripts(rules, 3_000):
        assert told == run


LOOPING = """\
<2> <1> OP_2DUP OP_TOALTSTACK OP_DROP OP_DROP
<0x00c9> OP_DROP
<OP_OUTPUTVALUE <3> OP_ADD> OP_0 OP_DEFINE
OP_0 OP_0
OP_BEGIN
  OP_TUCK OP_0 OP_INVOKE OP_ADD OP_SWAP OP_1ADD
  OP_DUP OP_TXOUTPUTCOUNT OP_NUMEQUAL
OP_UNTIL
OP_DROP OP_IF OP_TXLOCKTIME OP_1 OP_EQUAL OP_ELSE OP_0 OP_ENDIF OP_FROMALTSTACK OP_NIP
"""


def paying(*values: int, locktime: int = 1, locking: str = LOOPING) -> TransactionContext:
    outputs = tuple(Output(value, b"\x51") for value in values)
    spent = Input(bytes(32), 0, encode_push(bytes(100)))
    coin = Output(1_000, b"\x75" + assemble(locking))
    return TransactionContext(Transaction((spent,), outputs, 2, locktime), (coin,))


def test_a_run_is_continued_within_loops_and_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_runs, "_COST_BETWEEN", 0)
    memory = Memory(BCH_2026)
    expected = [evaluate_input(paying(5, 6, last), 0) for last in (7, 8, 9, 10)]
    counted = Counted(monkeypatch)
    found, ran = [], []
    for last in (7, 8, 9, 10):
        before = counted.runs
        found.append(memory.evaluate(paying(5, 6, last), 0))
        ran.append(counted.runs - before)
    assert found == expected
    assert expected[0].metrics.instructions > 50
    # States are kept from when a run is met for the second time.
    assert ran[:2] == [each.metrics.instructions for each in expected[:2]]
    assert max(ran[2:]) < ran[0] // 2


def test_what_reads_the_same_is_not_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory(BCH_2026)
    locking = "OP_0 OP_OUTPUTVALUE <5> OP_NUMEQUAL"
    memory.evaluate(paying(5, 6, locking=locking), 0)
    refused = memory.evaluate(paying(4, 6, locking=locking), 0)
    counted = Counted(monkeypatch)
    assert memory.evaluate(paying(5, 7, 8, locktime=9, locking=locking), 0).ok
    again = paying(4, 1, locking=locking)
    assert memory.evaluate(again, 0) == refused
    assert counted.runs == 0
    told = memory.evaluate(again, 0).run
    assert told is not None
    assert (told.context, told.index, told.rules) == (again, 0, BCH_2026)


def test_an_ending_is_the_same_object_for_the_same_run() -> None:
    memory = Memory(BCH_2026)
    locking = "OP_1 OP_OUTPUTVALUE <5> OP_NUMEQUAL"
    one, same, other = (
        memory.end_of(paying(*values, locking=locking), 0) for values in ((1, 5), (2, 5), (2, 6))
    )
    assert one is same
    assert one is not other


def test_a_memory_that_is_full_is_emptied() -> None:
    memory = Memory(BCH_2026, most=3)
    context = paying(5, locking="OP_0 OP_OUTPUTVALUE <5> OP_NUMEQUAL")
    first = memory.end_of(context, 0)
    assert memory.end_of(context, 0) is first
    for value in range(6, 10):
        memory.end_of(paying(value, locking="OP_0 OP_OUTPUTVALUE <5> OP_NUMEQUAL"), 0)
    assert memory.end_of(context, 0) is not first


class Seen:
    """A recorder that counts instructions."""

    def __init__(self) -> None:
        self.count = 0

    def observe(self, _vm: Machine, _program: Program, _position: int) -> None:
        self.count += 1

    def end(self, result: InputResult) -> None:
        assert self.count == result.metrics.instructions


def test_who_records_sees_all_of_what_is_remembered() -> None:
    memory, context = Memory(BCH_2026), paying(5)
    expected = memory.evaluate(context, 0)
    seen = Seen()
    with recording(seen):
        assert memory.evaluate(context, 0) == expected
    assert seen.count == expected.metrics.instructions


def test_what_is_exchanged_runs_in_its_own_way_and_is_forgotten() -> None:
    memory, context = Memory(BCH_2026), paying(5, locking="OP_0 OP_OUTPUTVALUE <4> OP_NUMEQUAL")
    code = context.source_outputs[0].locking_bytecode
    for position, is_accepted in ((None, False), (3, True), (None, False)):
        with nullcontext() if position is None else patched(code, position, b"\x55"):
            result = memory.evaluate(context, 0)
            assert result == evaluate_input(context, 0)
            assert result.ok is is_accepted


class Sealed(TransactionContext):
    """A transaction that nobody may look at."""

    def __init__(self) -> None:
        pass

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__"):
            return super().__getattribute__(name)
        pytest.fail(f"{name} is read")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_an_opcode_reads_nothing_of_the_transaction_but_what_it_says(example: Example) -> None:
    operation = BCH_SPEC.operations[example.opcode]
    vm = Machine(
        BCH_SPEC, Sealed() if operation.reads is None else CONTEXT, INDEX, unlocking_size=999
    )
    vm.begin_phase(example.code)
    vm.program = Program(example.code, ())
    vm.stack[:] = example.takes
    if operation.is_control:
        operation.run(vm, 1)
    else:
        operation.run(vm)


@pytest.mark.parametrize(
    "example",
    [each for each in EXAMPLES if BCH_SPEC.operations[each.opcode].reads is not None],
    ids=lambda each: each.name,
)
def test_what_an_opcode_reads_is_another_where_it_does_something_else(example: Example) -> None:
    operation = BCH_SPEC.operations[example.opcode]
    reads = operation.reads
    assert reads is not None
    seen: dict[object, object] = {}
    random = Random(example.opcode)
    context = CONTEXT
    for _ in range(300):
        vm = Machine(BCH_SPEC, context, INDEX, unlocking_size=999)
        vm.begin_phase(example.code)
        vm.stack[:] = example.takes
        at = vm.decode_index(vm.stack[-1]) if operation.is_indexed else INDEX
        try:
            vm.execute(operation.run, operation.takes, grows=operation.grows)
            done: object = tuple(vm.stack), vm.op_cost, vm.hash_iterations
        except Exception as error:  # whatever an operation raises is what it does
            done = type(error), str(error)
        assert seen.setdefault(reads(context, at), done) == done
        context = changed(random.choice((context, CONTEXT)), random)
    assert len(seen) > 1


@pytest.mark.parametrize(
    "example",
    [each for each in EXAMPLES if BCH_SPEC.operations[each.opcode].parts is not None],
    ids=lambda each: each.name,
)
def test_what_an_opcode_reads_depends_on_no_other_parts_than_it_says(example: Example) -> None:
    operation = BCH_SPEC.operations[example.opcode]
    reads, parts = operation.reads, operation.parts
    assert reads is not None
    assert parts is not None
    random, context = Random(example.opcode), CONTEXT
    same = other = 0
    for _ in range(400):
        before = random.choice((context, CONTEXT))
        context = changed(before, random)
        most = max(len(before.transaction.inputs), len(before.transaction.outputs)) + 2
        for index in range(-1, most) if operation.is_indexed else (INDEX,):
            if differences(context, before).isdisjoint(parts(before, index)):
                assert reads(context, index) == reads(before, index)
                same += 1
            else:
                other += 1
    assert same > 50
    assert other > 50


@pytest.mark.parametrize("code", ["c6", "d1", "51c6c6", "6163cf68c7"])
def test_what_takes_an_index_from_an_empty_stack_is_refused_as_ever(code: str) -> None:
    spent = Output(1_000, bytes.fromhex(code))
    context = TransactionContext(Transaction((Input(bytes(32), 0),), (Output(0, b""),)), [spent])
    expected = evaluate_input(context, 0, BCH_2026)
    assert expected.reason is not None
    memory = Memory(BCH_2026)
    assert memory.evaluate(context, 0) == expected
    assert memory.evaluate(context, 0) == expected


def test_what_is_forgotten_is_gone_at_once() -> None:
    memory = Memory(BCH_2026, most=60)
    gc.collect()
    gc.disable()
    try:
        for value in range(300):
            memory.evaluate(paying(value), 0)
            memory.evaluate(paying(value, locking="OP_0 OP_OUTPUTVALUE <5> OP_NUMEQUAL"), 0)
        runs = [each for each in gc.get_objects() if type(each) is KnownRun]
    finally:
        gc.enable()
    assert 0 < len(runs) <= 60
