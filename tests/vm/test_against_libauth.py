"""Random spends, judged by libauth as well: the same verdict, the same costs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from random import Random

import pytest
from support.random_scripts import random_spend

from bchcov import (
    BCH_2023,
    BCH_2025,
    BCH_2026,
    BCH_SPEC,
    InputResult,
    RuleSet,
    TransactionContext,
    encode_outputs,
    encode_transaction,
    evaluate_input,
)
from bchcov.vm.machine import Machine
from bchcov.vm.operations.functions import DEFINE
from bchcov.vm.program import Program

pytestmark = pytest.mark.node

JUDGE = Path(__file__).parent / "judge.mjs"
RULES = (BCH_2023, BCH_2025, BCH_2026, BCH_2026, BCH_2026, BCH_SPEC)


def evaluate(context: TransactionContext, rules: RuleSet) -> tuple[InputResult, int]:
    """Judge input 0; also the bytes of function bodies, which libauth does not charge."""
    bodies = 0

    def observe(vm: Machine, program: Program, position: int) -> None:
        nonlocal bodies
        if program.steps[position][1] is DEFINE.run and vm.executing and len(vm.stack) > 1:
            bodies += len(vm.stack[-2])

    return evaluate_input(context, 0, rules, observe=observe), bodies


def is_judged_otherwise(context: TransactionContext) -> bool:
    """Whether libauth goes its own way: it keeps one code separator for all functions.

    To nodes each function's body is a script of its own, with a separator of its own:
    what OP_ACTIVEBYTECODE gives, and signatures cover, differs behind OP_CODESEPARATOR.
    """
    code = context.source_outputs[0].locking_bytecode
    return b"\xab" in code and (b"\x8a" in code or b"\x62" in code)


def judge(
    libauth: Path, cases: list[tuple[TransactionContext, RuleSet]]
) -> list[dict[str, object]]:
    lines = [
        json.dumps(
            {
                "tx": encode_transaction(context.transaction).hex(),
                "sourceOutputs": encode_outputs(context.source_outputs).hex(),
                "input": 0,
                "rules": rules.name,
                "standard": rules.is_standard,
            }
        )
        for context, rules in cases
    ]
    # Node finds libauth from the folder it runs in; no file is shared between processes.
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", JUDGE.read_text(encoding="utf-8")],
        cwd=libauth,
        input="\n".join(lines),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def compare(libauth: Path, seed: int, count: int) -> None:
    cases = []
    for number in range(count):
        random = Random(seed * 1_000_003 + number)
        rules = random.choice(RULES)
        context, _ = random_spend(random, rules)
        if not is_judged_otherwise(context):
            cases.append((context, random.choice((rules, rules.consensus))))
    answers = judge(libauth, cases)
    assert len(answers) == len(cases) > count * 0.7
    accepted = 0
    for number, ((context, rules), answer) in enumerate(zip(cases, answers, strict=True)):
        result, bodies = evaluate(context, rules)
        case = f"seed {seed}, case {number}, {rules}: {result}; libauth: {answer}"
        assert result.ok is answer["ok"], case
        if result.ok:
            accepted += 1
            metrics = result.metrics
            ours = [
                metrics.op_cost - bodies,
                metrics.hash_iterations,
                metrics.signature_checks,
                metrics.instructions,
            ]
            # libauth counts no operation cost under the rules of 2023.
            skipped = 1 if rules.name == "BCH_2023" else 0
            theirs = answer["metrics"]
            assert isinstance(theirs, list)
            assert ours[skipped:] == theirs[skipped:], case
    assert accepted > count // 2


@pytest.mark.parametrize("seed", range(4))
def test_random_spends_are_judged_and_priced_as_by_libauth(libauth: Path, seed: int) -> None:
    compare(libauth, seed, 500)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 120))
def test_many_random_spends_are_judged_and_priced_as_by_libauth(libauth: Path, seed: int) -> None:
    compare(libauth, seed, 5_000)
