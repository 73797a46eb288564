"""Scripts full of arithmetic: verdicts, costs and instructions are those that libauth has."""

from __future__ import annotations

import pytest
from heavy import Heavy, load_heavy

from bchcov import BCH_2026, Verdict, evaluate_input, verify
from bchcov.script.opcodes import Op
from bchcov.transaction.codec import decode_outputs, decode_transaction
from bchcov.transaction.context import TransactionContext
from bchcov.vm.machine import Machine
from bchcov.vm.program import Program


def bodies(case: Heavy, index: int) -> int:
    """The bytes of the functions that an input defines, for which libauth does not charge."""
    sizes: list[int] = []
    define = BCH_2026.operations[Op.OP_DEFINE].run

    def observe(vm: Machine, program: Program, position: int) -> None:
        if program.steps[position][1] is define and vm.executing:
            sizes.append(len(vm.stack[-2]))

    context = TransactionContext(
        decode_transaction(case.transaction), decode_outputs(case.source_outputs)
    )
    evaluate_input(context, index, BCH_2026.consensus, observe=observe)
    return sum(sizes)


def judged(case: Heavy) -> tuple[Verdict, Verdict]:
    standard = verify(case.transaction, case.source_outputs, BCH_2026)
    return standard, verify(case.transaction, case.source_outputs, BCH_2026.consensus)


@pytest.mark.parametrize("case", load_heavy(), ids=lambda each: each.name)
def test_verdicts_costs_and_instructions_are_those_of_libauth(case: Heavy) -> None:
    standard, consensus = judged(case)
    assert (standard.ok, consensus.ok) == (case.standard, case.consensus)
    if case.costs is not None:
        found = [each.metrics for each in (standard if standard.ok else consensus).inputs]
        assert [each.instructions for each in found] == case.instructions
        costs = [each.op_cost - bodies(case, at) for at, each in enumerate(found)]
        assert costs == case.costs
