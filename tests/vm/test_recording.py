"""Recorders see every evaluation, and change none."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from bchcov import (
    BCH_2026,
    Input,
    Output,
    Transaction,
    TransactionContext,
    assemble,
    evaluate_input,
)
from bchcov.vm.machine import Machine
from bchcov.vm.program import Program
from bchcov.vm.recording import RECORDERS, recording
from bchcov.vm.result import InputResult

OUTPUT = Output(1_000, assemble("OP_1ADD OP_5 OP_NUMEQUAL"))


def evaluate(value: int, seen: list[int] | None = None) -> InputResult:
    spent = Input(bytes(32), 0, assemble(f"<{value}>"))
    context = TransactionContext(Transaction((spent,), (Output(900, b""),)), (OUTPUT,))
    if seen is None:
        return evaluate_input(context, 0)
    return evaluate_input(
        context, 0, BCH_2026, observe=lambda _vm, _program, position: seen.append(position)
    )


@dataclass(eq=False)
class Kept:
    """A recorder that keeps what it sees, and evaluates something itself at each end."""

    positions: list[int] = field(default_factory=list)
    results: list[InputResult] = field(default_factory=list)

    def observe(self, vm: Machine, program: Program, position: int) -> None:
        assert vm.program is program
        self.positions.append(position)

    def end(self, result: InputResult) -> None:
        self.results.append(result)
        evaluate(4)


@pytest.mark.parametrize("value", [4, 5])
def test_a_recorder_sees_the_run_and_its_result_which_is_the_same(value: int) -> None:
    alone = evaluate(value)
    first, second = Kept(), Kept()
    seen: list[int] = []
    with recording(first):
        with recording(second):
            result = evaluate(value, seen)
        evaluate(value)
    assert (result.ok, result.stack, result.metrics) == (alone.ok, alone.stack, alone.metrics)
    # The one push of the unlocking bytecode, then the three instructions of the script.
    assert second.positions == seen == [0, 0, 1, 2]
    assert first.positions == 2 * seen
    assert first.results[0] == second.results[0] == result
    assert RECORDERS == []


def test_a_recorder_that_fails_leaves_the_others_in_place() -> None:
    @dataclass(eq=False)
    class Failing(Kept):
        def end(self, result: InputResult) -> None:
            raise KeyError(str(result))

    kept = Kept()
    with recording(kept):
        with recording(Failing()), pytest.raises(KeyError):
            evaluate(4)
        assert [kept] == RECORDERS
    assert RECORDERS == []
