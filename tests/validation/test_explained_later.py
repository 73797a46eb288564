"""A refusal is explained when somebody asks, with the same words as if it had been at once."""

from __future__ import annotations

import copy
import dataclasses
import gc
import pickle
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from support.random_scripts import random_spend

from bchcov import (
    BCH_2026,
    RULE_SETS,
    Input,
    InputResult,
    Output,
    Problem,
    Reason,
    RuleSet,
    Transaction,
    Verdict,
    assemble,
    verify,
)
from bchcov.reasons import TransactionCheck
from bchcov.script.opcodes import opcode_name
from bchcov.script.pushes import encode_push, instructions, offset_of
from bchcov.validation import verify as verify_module
from bchcov.vectors.suite import load_suite

SUITE = Path(__file__).parents[2] / "vectors" / "vmb.xz"


def said_at_once(result: InputResult) -> str:
    """The explanation of a refusal, from the list of all instructions of the script."""
    where = ""
    if result.code is not None and result.position is not None:
        steps = list(instructions(result.code))[result.position :]
        if steps:
            where = f" at byte {steps[0].offset}, {opcode_name(steps[0].opcode)}"
    parts = [result.detail, f"in the {result.phase} bytecode{where}" if result.phase else ""]
    return ", ".join(filter(None, parts))


def check_problem(verdict: Verdict) -> None:
    """Compare a refusal that nobody has looked at yet with one that has its text from the start."""
    problem = verdict.error
    assert problem is not None
    if problem.check is not TransactionCheck.SCRIPTS:
        assert type(problem.detail) is str
        return
    assert problem.input is not None
    result = verdict.inputs[problem.input]
    whole = Problem(TransactionCheck.SCRIPTS, problem.reason, said_at_once(result), problem.input)
    # Each is asked of a copy that has not been explained, since asking explains it.
    asked = [unread(problem, result) for _ in range(6)]
    assert asked[0] == whole
    assert hash(asked[1]) == hash(whole)
    assert repr(asked[2]) == repr(whole)
    assert str(asked[3]) == str(whole)
    assert dataclasses.asdict(asked[4]) == dataclasses.asdict(whole)
    assert pickle.dumps(asked[5]) == pickle.dumps(whole)
    assert problem.detail == whole.detail == result.explanation
    steps = list(instructions(result.code or b""))
    if result.position is not None and result.position < len(steps):
        step = steps[result.position]
        assert (result.offset, result.opcode) == (step.offset, step.opcode)


def unread(problem: Problem, result: InputResult) -> Problem:
    """Make a refusal as `verify` makes it."""
    assert problem.input is not None
    made = verify_module.refusal(result, problem.input)
    assert made is not None
    return made


def refusals(step: int) -> Iterator[Verdict]:
    """Yield refusals of the suite under each rule set, of each `step`th of its transactions."""
    for case in load_suite(SUITE)[::step]:
        for rules in RULE_SETS:
            for mode in (rules, rules.consensus):
                verdict = verify(case.transaction, case.source_outputs, mode)
                if not verdict.ok:
                    yield verdict


def test_refusals_of_the_suite_are_explained_as_if_at_once() -> None:
    reasons = set()
    for verdict in refusals(211):
        check_problem(verdict)
        assert verdict.error is not None
        reasons.add(verdict.error.reason)
    assert len(reasons) > 15


@pytest.mark.long
def test_all_refusals_of_the_suite_are_explained_as_if_at_once() -> None:
    for verdict in refusals(1):
        check_problem(verdict)


@pytest.mark.parametrize("rules", [BCH_2026, BCH_2026.consensus], ids=repr)
def test_refusals_of_random_scripts_are_explained_as_if_at_once(rules: RuleSet) -> None:
    refused = 0
    for seed in range(400):
        context, _ = random_spend(Random(seed), rules)
        verdict = verify(context.transaction, context.source_outputs, rules, scripts_only=True)
        if not verdict.ok:
            refused += 1
            check_problem(verdict)
    assert refused > 100


def test_where_an_instruction_begins_is_found_in_any_bytes() -> None:
    random = Random(5)
    for _ in range(3_000):
        few = random.choice((b"\x4c\x4d\x4e\x01\x02\x51", bytes(range(256))))
        code = bytes(random.choices(few, k=random.randrange(12)))
        offsets = [step.offset for step in instructions(code)]
        assert [offset_of(code, at) for at in range(len(offsets))] == offsets
        assert offset_of(code, len(offsets)) == offset_of(code, len(offsets) + 3) == len(code)


def refused(script: bytes, unlocking: bytes = b"") -> Verdict:
    spend = Transaction((Input(bytes(32), 1, unlocking),), (Output(1_000, bytes(60)),))
    return verify(spend, [Output(2_000, script)], scripts_only=True)


def test_nobody_walks_through_a_script_until_the_explanation_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def counting(*fields: object) -> str:
        asked.append(fields)
        return "why"

    monkeypatch.setattr(verify_module, "explain", counting)
    error = refused(assemble("OP_0 OP_VERIFY")).error
    assert error is not None
    assert (error.reason, error.check, error.input) == (Reason.VERIFY, TransactionCheck.SCRIPTS, 0)
    assert not asked
    assert error.detail == error.detail == "why"
    assert len(asked) == 1


def test_a_problem_alone_keeps_no_stacks_and_no_transaction() -> None:
    error = refused(assemble("OP_DUP OP_0 OP_VERIFY"), encode_push(b"\x01" * 9_000)).error
    assert error is not None
    held: list[object] = []
    waiting: list[object] = [error]
    while waiting:
        each = waiting.pop()
        held.append(each)
        # Functions and classes are everybody's.
        if not callable(each) or type(each).__name__ == "partial":
            waiting += [other for other in gc.get_referents(each) if not isinstance(other, type)]
    assert not any(isinstance(each, (InputResult, Transaction, Output)) for each in held)
    assert sum(len(each) for each in held if isinstance(each, bytes)) < 100


def test_a_problem_has_no_other_attributes() -> None:
    error = refused(b"").error
    assert error is not None
    with pytest.raises(AttributeError, match="'Problem' object has no attribute 'stack'"):
        error.stack  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(dataclasses.FrozenInstanceError):
        error.detail = "other"  # type: ignore[misc]
    assert copy.deepcopy(error) == copy.copy(error) == dataclasses.replace(error) == error
    assert [field.name for field in dataclasses.fields(error)] == [
        "check",
        "reason",
        "detail",
        "input",
    ]
